namespace Ccflux.Receiver.Quota;

/// <summary>How full one window of an account is. <paramref name="UsedMilli"/> is thousandths of a percent, so that what was observed is kept exactly.</summary>
public readonly record struct Reading(string Window, long UsedMilli, DateTimeOffset? ResetsAt, DateTimeOffset ObservedAt)
{
    public double UsedPercent => UsedMilli / 1000d;

    public static long Milli(double percent) => (long)Math.Round(percent * 1000, MidpointRounding.AwayFromZero);

    /// <summary>Resets are told with fractions of a second that differ from answer to answer; to the second they are the same.</summary>
    public static DateTimeOffset ToSecond(DateTimeOffset at) =>
        DateTimeOffset.FromUnixTimeSeconds((at.ToUnixTimeMilliseconds() + 500) / 1000);
}
