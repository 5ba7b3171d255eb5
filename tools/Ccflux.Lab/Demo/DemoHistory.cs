using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Quota;

namespace Ccflux.Lab.Demo;

/// <summary>An invented past of an account: working days with blocks of work, windows that begin with the first use, and finally a steady path to
/// the account's present state.</summary>
internal static class DemoHistory
{
    private static readonly (string Name, TimeSpan Length, double Share)[] s_windows = [("five_hour", WindowLength.FiveHours, 1), ("seven_day", WindowLength.SevenDays, 0.11)];

    public static List<Reading> Make(int number, DateTimeOffset from, DateTimeOffset to, TimeSpan step, DemoAccountState now)
    {
        var readings = Wander(number, from, to, step);
        foreach (var (name, length, _) in s_windows)
        {
            var (used, left) = name is "five_hour" ? (now.FiveHours, now.FiveHoursLeft) : (now.SevenDays, now.SevenDaysLeft);
            var reset = Reading.ToSecond(to.AddHours(left));
            var begun = reset - length;
            for (var i = 0; i < readings.Count; i++)
            {
                if (readings[i].ObservedAt >= begun && string.Equals(readings[i].Window, name, StringComparison.Ordinal))
                {
                    readings[i] = readings[i] with { UsedMilli = Reading.Milli(Math.Round(used * ((readings[i].ObservedAt - begun) / (to - begun)), 1)), ResetsAt = reset };
                }
            }
        }

        return readings;
    }

    private static List<Reading> Wander(int number, DateTimeOffset from, DateTimeOffset to, TimeSpan step)
    {
        var random = new Random(number * 31);
        var percentPerHour = 8 + (random.NextDouble() * 22);
        var used = new double[s_windows.Length];
        var resets = new DateTimeOffset?[s_windows.Length];
        var readings = new List<Reading>();
        var works = false;
        for (var at = from; at <= to; at += step)
        {
            var isOff = at.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday || at.Hour is < 7 or > 19;
            works = !isOff && random.NextDouble() < (works ? 0.9 : 0.35);
            var percent = works ? percentPerHour * step.TotalHours * random.NextDouble() * 2 : 0;
            for (var i = 0; i < s_windows.Length; i++)
            {
                if (resets[i] <= at)
                {
                    (used[i], resets[i]) = (0, null);
                }

                used[i] = Math.Min(100, used[i] + (percent * s_windows[i].Share));
                resets[i] ??= used[i] > 0 ? Reading.ToSecond(at + s_windows[i].Length) : null;
                readings.Add(new Reading(s_windows[i].Name, Reading.Milli(Math.Round(used[i], 1)), resets[i], at));
            }
        }

        return readings;
    }
}

/// <summary>The state of an account when the demo begins: percent used, and hours until the reset.</summary>
internal sealed record DemoAccountState(double FiveHours, double FiveHoursLeft, double SevenDays, double SevenDaysLeft);
