namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>What is known of a monitor between checks.</summary>
/// <param name="Since">When the state began.</param>
/// <param name="Failures">Checks in a row that found it down.</param>
/// <param name="ToldDown">An alert says that it is down.</param>
internal sealed record MonitorStanding(MonitorState State, DateTimeOffset Since, int Failures, bool ToldDown);

/// <summary>What a check changes, and what is told of it: an outage once it was seen twice in a row, and its end. Pure.</summary>
internal static class MonitorRule
{
    private const int FailuresToTell = 2;
    private const int MostFailures = 1_000_000;

    /// <param name="before">Null before the first check.</param>
    /// <returns>The standing after it, and the words of an alert or null.</returns>
    public static (MonitorStanding After, string? Notice) Next(string name, MonitorStanding? before, CheckResult result, DateTimeOffset now)
    {
        var since = before?.State == result.State ? before.Since : now;
        switch (result.State)
        {
            case MonitorState.Down:
                var failures = Math.Min((before?.Failures ?? 0) + 1, MostFailures);
                var tell = failures >= FailuresToTell && before is not { ToldDown: true };
                return (new MonitorStanding(result.State, since, failures, before is { ToldDown: true } || tell), tell ? $"{name} is down: {result.Detail}." : null);
            case MonitorState.Up or MonitorState.Slow or MonitorState.Partly:
                return (new MonitorStanding(result.State, since, 0, ToldDown: false), before is { ToldDown: true } ? $"{name} is up again." : null);
            default:
                // What cannot be seen neither ends an outage nor begins one.
                return (new MonitorStanding(result.State, since, before?.Failures ?? 0, before?.ToldDown ?? false), null);
        }
    }
}
