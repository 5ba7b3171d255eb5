using System.Globalization;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>How a delivery went.</summary>
internal enum Delivered
{
    /// <summary>Everything there was is acknowledged.</summary>
    All,

    /// <summary>Another process delivers for this config dir.</summary>
    Busy,

    NotConfigured,
    Paused,
    KeyRevoked,
    TokenRefused,

    /// <summary>The receiver asked not to be called before a time that has not come.</summary>
    Resting,

    /// <summary>All but new sessions, of which the receiver takes no more today.</summary>
    DailyCap,

    /// <summary>Something is left for a later try; errors.log says why.</summary>
    Unfinished,
}

/// <summary>Puts a delivery together and runs it under the lock.</summary>
internal sealed class DeliveryRunner(StateDirectory state, TimeProvider time)
{
    private static readonly TimeSpan s_backoff = TimeSpan.FromMinutes(15);

    private readonly StateLog _log = new(state, time);

    public Action<int, int>? Progress { get; init; }

    /// <summary>Turns acknowledged so far.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Sessions that wait for the next day, after <see cref="Delivered.DailyCap"/>.</summary>
    public int Held { get; private set; }

    /// <summary>From when on they are sent.</summary>
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

            // An event or a reading that found the lock taken started nothing: look once more now that it is free.
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
        // First, for they are few and tell of now; turns may have to wait for the receiver.
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
            // The day on which too much was new is over: what was left then comes first.
            (scope, since) = scope == Scope.Everything ? (scope, cap.SinceWithEarlier(since)) : left.Everything ? (Scope.Everything, left.Since) : (Scope.Known, null);
        }

        var sender = new OutboxSender(state, _log, time, outbox, reporter, acknowledgement, cap, new RetryBackoff(time, BackoffLimit(), Random.Shared));
        var run = new DeliveryRun(state, _log, time, new SessionScans(state, _log, time), outbox, sender, reporter, acknowledgement, cap) { Progress = Progress };
        var all = await run.RunAsync(scope, since, cancellationToken).ConfigureAwait(false);
        Acknowledged += sender.Acknowledged;
        (Held, HeldUntil) = (cap.Held, cap.Until);
        return all && cap.Held > 0 ? Delivered.DailyCap : all ? Delivered.All : IsSilent() ?? (tokens.WasRefused ? Delivered.TokenRefused : Delivered.Unfinished);
    }

    /// <summary>Null where sending is in order. Deleting the marker of a revoked key is the user's way to provision anew and ends that silence.</summary>
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
            _log.Activity("key: provisioned anew");
        }

        return paused.IsPaused ? Delivered.Paused : null;
    }

    private static TimeSpan BackoffLimit() =>
        int.TryParse(Environment.GetEnvironmentVariable("CCFLUX_PATIENCE_SECS"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : s_backoff;
}
