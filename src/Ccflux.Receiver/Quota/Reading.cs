using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Quota;

/// <summary>How full one window of an account is.</summary>
/// <param name="Window">Its name, by <see cref="Contracts.Quota.LimitNames"/>.</param>
/// <param name="UsedMilli">Thousandths of a percent, so that the observed value is kept exactly.</param>
/// <param name="ResetsAt">Null if unknown.</param>
/// <param name="ObservedAt">When it was observed.</param>
/// <param name="StartedAt">When the window restarted early, for example because the issuer granted a reset or a larger plan; null if it did not.</param>
/// <param name="IsFresh">Whether a client states that it had just come from the issuer and does not repeat an older one.</param>
public readonly record struct Reading(string Window, long UsedMilli, DateTimeOffset? ResetsAt, DateTimeOffset ObservedAt, DateTimeOffset? StartedAt = null, bool IsFresh = false)
{
    /// <summary>Reset times of one window differ by less than this between sources.</summary>
    public static readonly TimeSpan SameInstance = TimeSpan.FromMinutes(1);

    /// <summary>Thousandths of a percent. A figure that falls by this much before its reset means that the window restarted; it is not rounding.</summary>
    public const long ResetFall = 5_000;

    public double UsedPercent => UsedMilli / 1000d;

    public static long Milli(double percent) => (long)Math.Round(percent * 1000, MidpointRounding.AwayFromZero);

    /// <summary>Rounds a reset to the second: its fraction differs from answer to answer.</summary>
    public static DateTimeOffset ToSecond(DateTimeOffset at) =>
        DateTimeOffset.FromUnixTimeSeconds((at.ToUnixTimeMilliseconds() + 500) / 1000);

    /// <summary>When the window began; null if its reset or its length is unknown.</summary>
    public DateTimeOffset? Start => ResetsAt is { } reset && WindowLength.Of(Window) is { } length
        ? StartedAt is { } early && early > reset - length && early < reset ? early : reset - length
        : null;

    /// <summary>Whether the window has ended: at its reset or, if that is unknown, after its length.</summary>
    public bool IsOver(DateTimeOffset now) => ResetsAt is { } reset ? reset <= now : WindowLength.Of(Window) is { } length && ObservedAt + length <= now;
}
