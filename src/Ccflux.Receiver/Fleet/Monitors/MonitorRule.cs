namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>What is known of a monitor between checks.</summary>
/// <param name="Since">When the state began.</param>
/// <param name="Failures">Checks in a row that found it down.</param>
/// <param name="NotifiedDown">An alert says that it is down.</param>
internal sealed record MonitorRecord(MonitorState State, DateTimeOffset Since, int Failures, bool NotifiedDown);

/// <summary>What a check changes, and what is told of it: an outage once it was seen twice in a row, and its end. Pure.</summary>
internal static class MonitorRule
{
    private const int FailuresBeforeAlert = 2;
    private const int MostFailures = 1_000_000;

    /// <param name="before">Null before the first check.</param>
    /// <returns>The standing after it, and the words of an alert or null.</returns>
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
                // What cannot be seen neither ends an outage nor begins one.
                return (new MonitorRecord(result.State, since, before?.Failures ?? 0, before?.NotifiedDown ?? false), null);
        }
    }
}
