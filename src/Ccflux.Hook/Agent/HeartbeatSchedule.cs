namespace Ccflux.Hook.Agent;

/// <summary>When the next heartbeat is due: as the receiver asks while it answers, at growing intervals while it does not. Pure.</summary>
internal static class HeartbeatSchedule
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    /// <summary>A revoked agent asks rarely, in case a new enrolment admits it again.</summary>
    public static readonly TimeSpan Unwanted = TimeSpan.FromMinutes(10);

    public static TimeSpan AfterAnswer(int nextSeconds) => Clamp(TimeSpan.FromSeconds(nextSeconds));

    /// <param name="failures">Failures in a row, from 1.</param>
    /// <param name="asked">The interval that the receiver asked for.</param>
    /// <param name="share">A random number between 0 and 1, so that not every agent calls a restarted receiver at once.</param>
    public static TimeSpan AfterFailure(int failures, TimeSpan? asked, double share)
    {
        var grown = TimeSpan.FromSeconds(5 * Math.Pow(2, Math.Min(failures, 5) - 1));
        var wait = Clamp(asked > grown ? asked.Value : grown);
        return wait + (wait * share / 4);
    }

    private static TimeSpan Clamp(TimeSpan wait) => wait < s_shortest ? s_shortest : wait > s_longest ? s_longest : wait;
}
