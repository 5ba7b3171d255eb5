namespace Ccflux.Lab.Rotation;

/// <summary>A window's reading, as it was polled.</summary>
internal sealed record RecordedReading(DateTimeOffset At, double UsedPercent, DateTimeOffset? ResetsAt);

/// <summary>What polls showed of an account over a fortnight, in the order of their times.</summary>
internal sealed record RecordedAccount(string Label, IReadOnlyList<RecordedReading> FiveHour, IReadOnlyList<RecordedReading> SevenDay)
{
    /// <summary>Resets of one window differ by so much at most from reading to reading.</summary>
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Days of the fortnight on which its week was read.</summary>
    public int Days(DateTimeOffset from) => SevenDay.Select(reading => (int)(reading.At - from).TotalDays).Distinct().Count();

    /// <summary>By how many percent its readings rose, window after window.</summary>
    public static double Rise(IReadOnlyList<RecordedReading> readings) => Rises(readings).Sum(rise => rise.Percent);

    /// <summary>Each rise, at the time of the reading that showed it. A window that began since the reading before has risen from nothing.</summary>
    public static IEnumerable<(DateTimeOffset At, double Percent)> Rises(IReadOnlyList<RecordedReading> readings)
    {
        for (var index = 1; index < readings.Count; index++)
        {
            var (before, reading) = (readings[index - 1], readings[index]);
            var isSame = before.ResetsAt == reading.ResetsAt || (before.ResetsAt - reading.ResetsAt)?.Duration() <= s_tolerance;
            var rise = reading.UsedPercent - (isSame ? before.UsedPercent : 0);
            if (rise > 0)
            {
                yield return (reading.At, rise);
            }
        }
    }

    /// <summary>When the week that runs at the start ends, in whole hours from there: 1 to 168. Null where no reading says when a week ends.</summary>
    public int? FirstReset(DateTimeOffset from)
    {
        if (SevenDay.FirstOrDefault(reading => reading.ResetsAt is not null)?.ResetsAt is not { } reset)
        {
            return null;
        }

        var hours = (int)Math.Ceiling((reset - from).TotalHours - s_tolerance.TotalHours);
        return ((((hours - 1) % 168) + 168) % 168) + 1;
    }

    /// <summary>Percent of the running week that were used when the fortnight began, as its first reading shows it.</summary>
    public double UsedBefore(DateTimeOffset from) =>
        SevenDay is [{ } first, ..] && FirstReset(from) is { } reset && first.At < from.AddHours(reset) ? Math.Clamp(first.UsedPercent, 0, 100) : 0;
}
