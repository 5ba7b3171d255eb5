namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Claude Code's 5-hour windows, as a function of the hours (UTC, counted since 1970) in which a user made requests. A window starts with the hour of the first request
/// after the window before it, and ends five hours later, so each hour belongs to one window as a whole.</summary>
internal static class FiveHourWindows
{
    public const int Hours = 5;

    /// <summary>The hours with which windows start.</summary>
    /// <param name="activeHours">Ascending. The first must start a window: see <see cref="FoldFrom"/>.</param>
    public static IEnumerable<long> Starts(IEnumerable<long> activeHours)
    {
        var end = long.MinValue;
        foreach (var hour in activeHours)
        {
            if (hour >= end)
            {
                end = hour + Hours;
                yield return hour;
            }
        }
    }

    /// <summary>The hour from which windows can be folded without knowing what was before: an active hour that follows four empty ones starts a window, because a window that
    /// contained it would have to start in one of them. The latest such hour up to <paramref name="upTo"/>; or the first active hour, if that comes later. Null if the hours
    /// that are given do not tell.</summary>
    /// <param name="activeHours">Ascending, all from <paramref name="knownFrom"/> on.</param>
    /// <param name="knownFrom">Whether earlier hours were active is not known.</param>
    /// <param name="upTo">The hour from which windows are wanted.</param>
    public static long? FoldFrom(IReadOnlyList<long> activeHours, long knownFrom, long upTo)
    {
        for (var i = activeHours.Count - 1; i >= 0; i--)
        {
            var empty = activeHours[i] - (i > 0 ? activeHours[i - 1] + 1 : knownFrom);
            if ((activeHours[i] <= upTo || i == 0) && empty >= Hours - 1)
            {
                return activeHours[i];
            }
        }

        return null;
    }
}
