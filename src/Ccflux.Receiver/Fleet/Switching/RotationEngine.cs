using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>The state and decision of the last tick, for pages.</summary>
internal sealed record LastTick(DateTimeOffset At, FleetState State, Decision Decision);

/// <summary>
/// Every 30 s, and when it is woken: reads the state of the fleet, asks <see cref="RotationRule"/>, seals logins to the agents whose config dirs switch, and records why.
/// Between ticks it remembers only what the rule returns: which accounts are cooling, and since when switches wait. If several receivers share a
/// database, one of them decides, by a <see cref="Lease"/>; the others come to the same decisions for their pages and act on none of them.
/// </summary>
internal sealed partial class RotationEngine(
    FleetStateReader states,
    RotationControls controls,
    AgentCommandQueue commands,
    RotationWakeSignal wake,
    GroupCommitWriter writer,
    IChangeFeed changes,
    TimeProvider time,
    ILogger<RotationEngine> logger) : BackgroundService
{
    /// <summary>One tick may fail to renew the lease.</summary>
    public static readonly TimeSpan LeaseLength = 2 * RotationSettings.Default.Tick;

    /// <summary>Several wake signals at once cause one tick.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Lease _lease = new("rotation", LeaseLength, writer, time);

    /// <summary>By agent. Agents that are no longer in the state are removed at each tick.</summary>
    private Dictionary<string, ConfigDirDecision> _last = new(StringComparer.Ordinal);
    private IReadOnlySet<FleetAccountId>? _cooling;

    public LastTick? Last { get; private set; }

    /// <summary>Runs one tick.</summary>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        var lease = await _lease.HoldAsync();
        if (lease != LeaseAnswer.Renewed)
        {
            // Another process may have decided since this one did.
            (_cooling, _last) = (null, new(StringComparer.Ordinal));
        }

        if (lease == LeaseAnswer.Taken)
        {
            Log.Leading(logger);
        }

        _cooling ??= (await controls.ReadAsync(cancellationToken)).Cooling;
        var deferred = _last.Values.Where(last => last is { Verdict: Verdict.Deferred, Since: not null })
            .ToDictionary(last => last.ConfigDir, last => last.Since!.Value, StringComparer.Ordinal);
        var state = await states.ReadAsync(_cooling, deferred, cancellationToken);
        var now = time.GetUtcNow();
        var decision = RotationRule.Decide(state, now);
        Last = new LastTick(now, state, decision);
        if (lease == LeaseAnswer.Elsewhere)
        {
            return;
        }

        var events = new List<RotationEvent>();
        var dropped = new List<string>();
        for (var index = 0; index < decision.ConfigDirs.Count; index++)
        {
            var one = decision.ConfigDirs[index];
            if (state.ConfigDirs[index].Requested is not null && one.Reason != RotationReason.Requested)
            {
                dropped.Add(one.ConfigDir);
                events.Add(RotationEvent.Of(one, RotationEvent.Dropped));
            }

            if (await CarryOutAsync(one) is { } happened)
            {
                events.Add(happened);
            }
        }

        await KeepAsync(decision, events, dropped, now);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _lease.ReleaseAsync();
    }

    /// <summary>The first tick comes after a full interval: by then agents have reported what they have.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunLaterAsync(time, RotationSettings.Default.Tick, wake, s_pause, TickAsync, exception => Log.Failed(logger, exception), stoppingToken);

    /// <returns>The event to record: a switch that waits, or that is not possible, is recorded once and not at each tick.</returns>
    private async Task<RotationEvent?> CarryOutAsync(ConfigDirDecision one)
    {
        var last = _last.GetValueOrDefault(one.ConfigDir);
        switch (one.Verdict)
        {
            case Verdict.Switch when !_lease.IsHeld:
                return null; // This tick took longer than the lease: the process that has it now decides.
            case Verdict.Switch:
                var issued = await commands.IssueAsync(one.ConfigDir, one.To!.Value, allowCopy: true, FleetActor.Switcher);
                if (issued.Outcome == IssueOutcome.Issued)
                {
                    Log.Switching(logger, one.ConfigDir, one.To.Value.Value, RotationEvent.Word(one.Reason));
                    return RotationEvent.Of(one, RotationEvent.KindOf(one.Reason));
                }

                return last is { Verdict: Verdict.Switch } && last.To == one.To ? null : RotationEvent.Of(one, RotationEvent.Refused, issued.Outcome.ToString());
            case Verdict.Deferred:
                return last is { Verdict: Verdict.Deferred } && last.To == one.To ? null : RotationEvent.Of(one, RotationEvent.Deferred);
            case Verdict.Blocked:
                return last is { Verdict: Verdict.Blocked } && last.Reason == one.Reason ? null : RotationEvent.Of(one, RotationEvent.Blocked);
            default:
                return null;
        }
    }

    private async Task KeepAsync(Decision decision, List<RotationEvent> events, List<string> dropped, DateTimeOffset now)
    {
        var cooled = !decision.Cooling.SetEquals(_cooling!);
        if (events.Count > 0 || dropped.Count > 0 || cooled)
        {
            var written = await writer.WriteAsync(session => Keep(session, decision, events, dropped, now));
            if (!written.IsCommitted)
            {
                Log.NotKept(logger, events.Count);
            }

            changes.Publish(FleetFeature.Topic);
        }

        _cooling = decision.Cooling;
        _last = decision.ConfigDirs.ToDictionary(one => one.ConfigDir, StringComparer.Ordinal);
        wake.Await(decision.ConfigDirs.Where(one => one.Verdict is Verdict.Deferred).Select(one => one.ConfigDir).ToHashSet(StringComparer.Ordinal));
    }

    private static int Keep(WriteSession session, Decision decision, List<RotationEvent> events, List<string> dropped, DateTimeOffset now)
    {
        foreach (var happened in events)
        {
            RotationEvents.Write(session, now, happened);
        }

        foreach (var agent in dropped)
        {
            RotationControls.Drop(session, agent);
        }

        RotationControls.Remember(session, decision.Cooling);
        return events.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A rotation tick failed; retrying at the next one.")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Information, "Switching config dir {Agent} to account {Account}: {Reason}.")]
        public static partial void Switching(ILogger logger, string agent, long account, string reason);

        [LoggerMessage(3, LogLevel.Warning, "Could not write {Count} rotation events.")]
        public static partial void NotKept(ILogger logger, int count);

        [LoggerMessage(4, LogLevel.Information, "Acquired rotation leadership.")]
        public static partial void Leading(ILogger logger);
    }
}
