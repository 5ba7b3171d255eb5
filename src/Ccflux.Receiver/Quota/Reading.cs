namespace Ccflux.Receiver.Quota;

/// <summary>How full one window of an account is.</summary>
/// <param name="Window">Its name, by <see cref="Contracts.Quota.LimitNames"/>.</param>
/// <param name="UsedMilli">Thousandths of a percent, so that what was observed is kept exactly.</param>
/// <param name="ResetsAt">Null where it is not known.</param>
/// <param name="ObservedAt">When it was seen.</param>
/// <param name="StartedAt">When the window began anew before its time, as when an issuer grants a reset or a larger plan; null where it did not.</param>
/// <param name="IsFresh">Whether a client says that it was taken from the issuer just then, and is no repetition of an older one.</param>
public readonly record struct Reading(string Window, long UsedMilli, DateTimeOffset? ResetsAt, DateTimeOffset ObservedAt, DateTimeOffset? StartedAt = null, bool IsFresh = false)
{
    /// <summary>Resets of one window differ by less, from one place where they are told to another.</summary>
    public static readonly TimeSpan SameInstance = TimeSpan.FromMinutes(1);

    /// <summary>A figure that falls by as much before its reset is a window that began anew, and no rounding.</summary>
    public const long ResetFall = 5_000;

    public double UsedPercent => UsedMilli / 1000d;

    public static long Milli(double percent) => (long)Math.Round(percent * 1000, MidpointRounding.AwayFromZero);

    /// <summary>Resets are told with fractions of a second that differ from answer to answer; to the second they are the same.</summary>
    public static DateTimeOffset ToSecond(DateTimeOffset at) =>
        DateTimeOffset.FromUnixTimeSeconds((at.ToUnixTimeMilliseconds() + 500) / 1000);

    /// <summary>When the window began; null where its reset or its length is not known.</summary>
    public DateTimeOffset? Start => ResetsAt is { } reset && WindowLength.Of(Window) is { } length
        ? StartedAt is { } early && early > reset - length && early < reset ? early : reset - length
        : null;

    /// <summary>Whether the window has ended since: at its reset, or where that is not known, after its length.</summary>
    public bool IsOver(DateTimeOffset now) => ResetsAt is { } reset ? reset <= now : WindowLength.Of(Window) is { } length && ObservedAt + length <= now;
}
