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

    /// <summary>All but new sessions, of which the receiver accepts no more today.</summary>
    DailyCap,

    /// <summary>Something is left for a later attempt; errors.log says why.</summary>
    Unfinished,
}

/// <summary>Assembles a delivery and runs it under the lock.</summary>
internal sealed class DeliveryRunner(StateDirectory state, TimeProvider time)
{
    private static readonly TimeSpan s_backoff = TimeSpan.FromMinutes(15);

    private readonly StateLog _log = new(state, time);

    public Action<int, int>? Progress { get; init; }

    /// <summary>Turns acknowledged so far.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Sessions that wait for the next day, after <see cref="Delivered.DailyCap"/>.</summary>
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
            if (delivered is not (Delivered.All or Delivered.DailyCap) || scope == Scope.Everything)
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
        // First, because readings are few and current; turns may have to wait for the receiver.
        await readings.SendAsync(registered, clock, cancellationToken).ConfigureAwait(false);
        if (tokens.WasRefused)
        {
            return Delivered.TokenRefused;
        }

        if (scope == Scope.Readings)
        {
            return Delivered.All;
        }

        var reporter = new ReportSender(registered, clock);
        var outbox = new Outbox(state);
        var acknowledgement = new Acknowledgement(state, _log, time);
        var cap = SessionCap.Load(state, time, asksAgain: scope == Scope.Everything);
        if (cap.Due is { } left)
        {
            // The day with too many new sessions is over: what was left over then comes first.
            (scope, since) = scope == Scope.Everything ? (scope, cap.SinceWithEarlier(since)) : left.Everything ? (Scope.Everything, left.Since) : (Scope.Known, null);
        }

        var sender = new OutboxSender(state, _log, time, outbox, reporter, acknowledgement, cap, new RetryBackoff(time, BackoffLimit(), Random.Shared));
        var run = new DeliveryRun(state, _log, time, new SessionScans(state, _log, time), outbox, sender, reporter, acknowledgement, cap) { Progress = Progress };
        var all = await run.RunAsync(scope, since, cancellationToken).ConfigureAwait(false);
        Acknowledged += sender.Acknowledged;
        (Held, HeldUntil) = (cap.Held, cap.Until);
        return all && cap.Held > 0 ? Delivered.DailyCap : all ? Delivered.All : IsSilent() ?? (tokens.WasRefused ? Delivered.TokenRefused : Delivered.Unfinished);
    }

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
