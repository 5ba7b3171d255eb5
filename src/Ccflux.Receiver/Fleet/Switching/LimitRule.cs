using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>Decides whether a session's limit hit is credible, and for how long. Pure.</summary>
internal static class LimitRule
{
    /// <summary>How far the resets of one window may differ between the places that report them.</summary>
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Readings are whole percents and come late: a newer reading from here on does not mean that there is room again.</summary>
    private const double NoRoom = 98;

    /// <summary>Whether a limit hit can belong to an account whose window has this reading.</summary>
    /// <param name="limit">The reported hit.</param>
    /// <param name="read">Whether the window was ever read.</param>
    /// <param name="readReset">The reset time of that reading.</param>
    /// <param name="now">The current time.</param>
    public static bool IsOf(SessionLimitHit limit, bool read, DateTimeOffset? readReset, DateTimeOffset now)
    {
        var isScoped = LimitNames.ModelOf(limit.Window) is not null;
        var longest = limit.Window is LimitNames.FiveHour ? WindowLength.FiveHours : WindowLength.SevenDays;
        if ((!isScoped && !LimitNames.IsGeneral(limit.Window)) || (isScoped && !read) ||
            limit.ResetsAt <= now || limit.ResetsAt - limit.At > longest + s_tolerance)
        {
            return false;
        }

        // A running window has one end. One that had not begun, or is over, may have begun since, with any end.
        return readReset is not { } reset || reset <= limit.At || IsSame(reset, limit.ResetsAt);
    }

    /// <summary>A window's state from its last reading and the limit hit in it.</summary>
    public static WindowState Of(WindowState? read, DateTimeOffset at, DateTimeOffset resetsAt)
    {
        var isTakenBack = read is not null && read.ObservedAt > at &&
            (read.UsedPercent < NoRoom || (read.ResetsAt is { } reset && !IsSame(reset, resetsAt)));
        return isTakenBack ? read! : new WindowState(100, resetsAt, read?.ObservedAt > at ? read.ObservedAt : at);
    }

    private static bool IsSame(DateTimeOffset one, DateTimeOffset other) => (one - other).Duration() <= s_tolerance;
}
