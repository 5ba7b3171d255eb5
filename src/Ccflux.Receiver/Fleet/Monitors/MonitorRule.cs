namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>What is known about a monitor between checks.</summary>
/// <param name="Since">When the state began.</param>
/// <param name="Failures">Consecutive checks that found it down.</param>
/// <param name="NotifiedDown">An alert has reported it as down.</param>
internal sealed record MonitorRecord(MonitorState State, DateTimeOffset Since, int Failures, bool NotifiedDown);

/// <summary>Decides what a check changes and which alert is sent: for an outage after two consecutive failures, and for its end. Pure.</summary>
internal static class MonitorRule
{
    private const int FailuresBeforeAlert = 2;
    private const int MostFailures = 1_000_000;

    /// <param name="before">Null before the first check.</param>
    /// <returns>The state after the check, and the text of an alert or null.</returns>
    public static (MonitorRecord After, string? Notice) Next(string name, MonitorRecord? before, CheckResult result, DateTimeOffset now)
    {
        var since = before?.State == result.State ? before.Since : now;
        switch (result.State)
        {
            case MonitorState.Down:
                var failures = Math.Min((before?.Failures ?? 0) + 1, MostFailures);
                var alert = failures >= FailuresBeforeAlert && before is not { NotifiedDown: true };
                return (new MonitorRecord(result.State, since, failures, before is { NotifiedDown: true } || alert), alert ? $"{name} is down: {result.Detail}." : null);
            case MonitorState.Up or MonitorState.Slow or MonitorState.Partly:
                return (new MonitorRecord(result.State, since, 0, NotifiedDown: false), before is { NotifiedDown: true } ? $"{name} is up again." : null);
            default:
                // A check that could not be made neither ends an outage nor begins one.
                return (new MonitorRecord(result.State, since, before?.Failures ?? 0, before?.NotifiedDown ?? false), null);
        }
    }
}
