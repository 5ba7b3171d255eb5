namespace Ccflux.Hook.Agent;

/// <summary>When the next heartbeat is due: as the receiver asks while it answers, more and more rarely while it does not. Pure.</summary>
internal static class HeartbeatSchedule
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    /// <summary>An agent that its admin ended asks rarely, in case it is let in again by a new enrolment.</summary>
    public static readonly TimeSpan Unwanted = TimeSpan.FromMinutes(10);

    public static TimeSpan AfterAnswer(int nextSeconds) => Clamp(TimeSpan.FromSeconds(nextSeconds));

    /// <param name="failures">In a row, from 1.</param>
    /// <param name="asked">What the receiver asked for.</param>
    /// <param name="share">Between 0 and 1, at random: a restarted receiver is not met by everybody at once.</param>
    public static TimeSpan AfterFailure(int failures, TimeSpan? asked, double share)
    {
        var grown = TimeSpan.FromSeconds(5 * Math.Pow(2, Math.Min(failures, 5) - 1));
        var wait = Clamp(asked > grown ? asked.Value : grown);
        return wait + (wait * share / 4);
    }

    private static TimeSpan Clamp(TimeSpan wait) => wait < s_shortest ? s_shortest : wait > s_longest ? s_longest : wait;
}
