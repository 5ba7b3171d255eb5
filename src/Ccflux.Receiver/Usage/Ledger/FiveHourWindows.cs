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

    /// <summary>The latest active hour, up to the given one, that is certain to start a window whatever was before it: four empty hours precede it, and a window
    /// that contained it would have to start in one of them. Null if the hours that are given do not tell.</summary>
    /// <param name="activeHours">Ascending, complete from the first one on. Whether the hours before it were active is not known.</param>
    /// <param name="upTo">The hour from which windows are wanted.</param>
    public static long? FoldFrom(IReadOnlyList<long> activeHours, long upTo)
    {
        for (var i = activeHours.Count - 1; i > 0; i--)
        {
            if (activeHours[i] <= upTo && activeHours[i] - activeHours[i - 1] >= Hours)
            {
                return activeHours[i];
            }
        }

        return null;
    }
}
