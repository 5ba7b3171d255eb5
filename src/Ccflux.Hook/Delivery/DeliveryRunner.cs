using System.Globalization;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>Outcome of a delivery.</summary>
internal enum Delivered
{
    /// <summary>Everything is acknowledged.</summary>
    All,

    /// <summary>Another process is delivering for this config directory.</summary>
    Busy,

    NotConfigured,
    Paused,
    KeyRevoked,
    TokenRefused,

    /// <summary>The time before which the receiver asked not to be called has not come yet.</summary>
    Resting,

    /// <summary>All but history, of which the receiver accepts no more for now.</summary>
    BackfillCap,

    /// <summary>Something is left for a later attempt; errors.log says why.</summary>
    Unfinished,
}

/// <summary>Assembles a delivery and runs it under the lock.</summary>
internal sealed class DeliveryRunner(StateDirectory state, TimeProvider time)
{
    private static readonly TimeSpan s_backoff = TimeSpan.FromMinutes(15);

    /// <summary>How long history waits if the receiver does not say, and at most.</summary>
    private static readonly TimeSpan s_historyRest = TimeSpan.FromHours(24);

    private readonly StateLog _log = new(state, time);

    public Action<int, int>? Progress { get; init; }

    /// <summary>Requests acknowledged so far.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Sessions whose history waits, after <see cref="Delivered.BackfillCap"/>.</summary>
    public int Held { get; private set; }

    /// <summary>When they can be sent.</summary>
    public DateTimeOffset? HeldUntil { get; private set; }

    public async Task<Delivered> RunAsync(Scope scope, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        state.Create();
        var spool = new SpoolFile(state.Spool);
        var readings = new ReadingSender(state, _log, time);
        while (true)
        {
            Delivered delivered;
            using (var held = DeliverLock.TryTake(state.Lock))
            {
                if (held is null)
                {
                    return Delivered.Busy;
                }

                Fault.Point(Fault.LockTaken);
                delivered = await RunLockedAsync(scope, since, readings, cancellationToken).ConfigureAwait(false);
            }

            // An event or a reading that found the lock held started no process: look once more now that the lock is free.
            if (delivered is not (Delivered.All or Delivered.BackfillCap) || scope == Scope.Everything)
            {
                return delivered;
            }

            if (spool.Read().Events.Count > 0)
            {
                scope = Scope.Spooled;
            }
            else if (readings.IsDue)
            {
                scope = Scope.Readings;
            }
            else
            {
                return delivered;
            }
        }
    }

    private async Task<Delivered> RunLockedAsync(Scope scope, DateTimeOffset? since, ReadingSender readings, CancellationToken cancellationToken)
    {
        SettingsSource.Keep(state);
        if (SettingsSource.Find(state, out var why) is not { } settings)
        {
            _log.Error($"deliver: {why}");
            return Delivered.NotConfigured;
        }

        if (IsSilent() is { } reason)
        {
            return reason;
        }

        if (RetryTime.Read(state.RetryAt, time.GetUtcNow()) is not null)
        {
            return Delivered.Resting;
        }

        var clock = new ClockSkew(time);
        using var client = new ReceiverClient(settings.BaseAddress, clock, Environment.GetEnvironmentVariable("CCFLUX_CA_CERT"));
        var tokens = new AccessTokens(state, settings, client, time, _log);
        if (tokens.WasRefused)
        {
            return Delivered.TokenRefused;
        }

        var post = new SignedRequest(client, tokens, DeviceKey.LoadOrCreate(state.SigningKey, _log), clock);
        var registered = new RegisteredRequest(post, new KeyRegistration(state, post, _log));
        // First, because readings are few and current; requests may have to wait for the receiver.
        await readings.SendAsync(registered, clock, cancellationToken).ConfigureAwait(false);
        if (tokens.WasRefused)
        {
            return Delivered.TokenRefused;
        }

        if (scope == Scope.Readings)
        {
            return Delivered.All;
        }

        var outbox = new OutboxFile(state);
        var states = new SessionStates(state, _log, time);
        var acknowledgement = new Acknowledgement(state, _log, time);
        if (scope != Scope.Everything && BackfillNote.Read(state) is { } left && left.Until <= time.GetUtcNow())
        {
            (scope, since) = (Scope.Everything, left.Since); // the wait is over
        }

        var sender = new OutboxSender(state, _log, time, outbox, states, new ReportSender(registered, clock), acknowledgement, new RetryBackoff(time, BackoffLimit(), Random.Shared));
        var run = new DeliveryRun(state, _log, time, states, outbox, sender, acknowledgement) { Progress = Progress };
        var all = await run.RunAsync(scope, since, cancellationToken).ConfigureAwait(false);
        Acknowledged += sender.Acknowledged;
        Held = run.Held;
        if (run.Held > 0)
        {
            var rest = sender.HistoryRest is { } asked && asked > TimeSpan.Zero && asked < s_historyRest ? asked : s_historyRest;
            HeldUntil = time.GetUtcNow() + rest;
            new BackfillNote(HeldUntil.Value, Earlier(since, BackfillNote.Read(state))).Write(state);
            return Delivered.BackfillCap;
        }

        if (all && scope == Scope.Everything)
        {
            File.Delete(state.Backfill);
        }

        return all ? Delivered.All : IsSilent() ?? (tokens.WasRefused ? Delivered.TokenRefused : Delivered.Unfinished);
    }

    /// <summary>The earlier start of this backfill and one that waits; null for everything.</summary>
    private static DateTimeOffset? Earlier(DateTimeOffset? since, BackfillNote? waiting) =>
        waiting is null ? since : since is null || waiting.Since is null ? null : since < waiting.Since ? since : waiting.Since;

    /// <summary>Null if sending is allowed. By deleting the marker of a revoked key the user sets up the device again, which ends that silence.</summary>
    private Delivered? IsSilent()
    {
        var paused = PausedIntervals.Load(state);
        if (File.Exists(state.KeyRevoked))
        {
            paused.Open(PausedInterval.KeyRevoked, new DateTimeOffset(File.GetLastWriteTimeUtc(state.KeyRevoked), TimeSpan.Zero));
            return Delivered.KeyRevoked;
        }

        if (paused.Close(PausedInterval.KeyRevoked, time.GetUtcNow()))
        {
            File.Delete(state.KeyRegistered);
            _log.Activity("key: the device was set up again");
        }

        return paused.IsPaused ? Delivered.Paused : null;
    }

    private static TimeSpan BackoffLimit() =>
        int.TryParse(Environment.GetEnvironmentVariable("CCFLUX_PATIENCE_SECS"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : s_backoff;
}
