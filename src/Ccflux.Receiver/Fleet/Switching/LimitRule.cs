using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>What to believe of a limit that a session met, and for how long. Pure.</summary>
internal static class LimitRule
{
    /// <summary>Resets of one window differ by so much at most, from one place where they are told to another.</summary>
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Readings are whole percents and come late: from here on a newer one does not say that there is room again.</summary>
    private const double NoRoom = 98;

    /// <summary>Whether a limit can be one of an account whose window was read so.</summary>
    /// <param name="limit">As reported.</param>
    /// <param name="read">Null where the window was never read.</param>
    /// <param name="readReset">When that reading said it ends.</param>
    /// <param name="now">The present.</param>
    public static bool IsOf(SessionLimitHit limit, bool read, DateTimeOffset? readReset, DateTimeOffset now)
    {
        var isScoped = LimitNames.ModelOf(limit.Window) is not null;
        var longest = limit.Window is LimitNames.FiveHour ? TimeSpan.FromHours(5) : TimeSpan.FromDays(7);
        if ((!isScoped && !LimitNames.IsGeneral(limit.Window)) || (isScoped && !read) ||
            limit.ResetsAt <= now || limit.ResetsAt - limit.At > longest + s_tolerance)
        {
            return false;
        }

        // The window that is running has one end. One that had not begun, or is over, may have begun since with any.
        return readReset is not { } reset || reset <= limit.At || IsSame(reset, limit.ResetsAt);
    }

    /// <summary>A window by its last reading and the limit that was met in it.</summary>
    public static WindowState Of(WindowState? read, DateTimeOffset at, DateTimeOffset resetsAt)
    {
        var isTakenBack = read is not null && read.ObservedAt > at &&
            (read.UsedPercent < NoRoom || (read.ResetsAt is { } reset && !IsSame(reset, resetsAt)));
        return isTakenBack ? read! : new WindowState(100, resetsAt, read?.ObservedAt > at ? read.ObservedAt : at);
    }

    private static bool IsSame(DateTimeOffset one, DateTimeOffset other) => (one - other).Duration() <= s_tolerance;
}
