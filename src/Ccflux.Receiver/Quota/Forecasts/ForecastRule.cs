using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Quota.Forecasts;

/// <summary>A past value of a window.</summary>
internal sealed record PastValue(DateTimeOffset At, long UsedMilli);

/// <summary>Forecasts when a window runs out, from how fast it filled over a short, a medium and a long span. Pure.</summary>
internal static class ForecastRule
{
    private const long Full = 100_000;

    /// <summary>Spans as shares of the window's length: 15 minutes, 1 hour and all of a 5-hour window; 8.4 hours, 1.4 days and all of a week.</summary>
    private static readonly double[] s_spans = [1 / 20d, 1 / 5d, 1];

    /// <summary>A reading older than this share of the window's length says nothing about now.</summary>
    private const double MaxAge = 1 / 10d;

    /// <summary>The instants whose values <see cref="Project"/> needs: those before the window began are left out, and so is its beginning unless the window
    /// restarted early, when it need not have been empty.</summary>
    public static IEnumerable<DateTimeOffset> Instants(Reading newest)
    {
        if (newest.Start is { } start && WindowLength.Of(newest.Window) is { } length)
        {
            foreach (var span in s_spans)
            {
                if (newest.ObservedAt - (length * span) > start)
                {
                    yield return newest.ObservedAt - (length * span);
                }
            }

            if (IsEarly(newest))
            {
                yield return start;
            }
        }
    }

    /// <param name="newest">The window as last observed.</param>
    /// <param name="past">Its values at, or just before, the <see cref="Instants"/>.</param>
    /// <param name="now">The current time.</param>
    public static Projection Project(Reading newest, IEnumerable<PastValue> past, DateTimeOffset now)
    {
        if (newest.ResetsAt is not { } reset || newest.Start is not { } start || WindowLength.Of(newest.Window) is not { } length || now >= reset)
        {
            return Projection.Unknown;
        }

        if (newest.UsedMilli >= Full)
        {
            return new Projection(Outlook.Exhausted);
        }

        if (now - newest.ObservedAt > length * MaxAge || newest.ObservedAt - start < length * s_spans[0])
        {
            return Projection.Unknown;
        }

        // A window is empty when it begins. If it restarted early, its value then is among those that were read.
        var points = past.Where(value => value.At >= start && value.UsedMilli <= newest.UsedMilli).ToList();
        if (!IsEarly(newest) || points.Count == 0)
        {
            points.Add(new PastValue(start, 0));
        }

        var fastest = points.Max(point => Speed(newest, point, +1));
        var slowest = points.Min(point => Speed(newest, point, -1));
        var earliest = RunsOutAt(newest, fastest);
        if (earliest is null || earliest >= reset)
        {
            return new Projection(Outlook.Lasts);
        }

        earliest = earliest < now ? now : earliest;
        var latest = RunsOutAt(newest, slowest);
        return latest is null || latest >= reset
            ? new Projection(Outlook.MayRunOut, earliest)
            : new Projection(Outlook.RunsOut, earliest, latest < now ? now : latest);
    }

    private static bool IsEarly(Reading newest) => newest.StartedAt is { } early && early == newest.Start;

    /// <summary>Thousandths of a percent per second since <paramref name="point"/>, plus or minus what rounding can hide.</summary>
    private static double Speed(Reading newest, PastValue point, int sign)
    {
        var rounding = newest.UsedMilli % 1000 == 0 && point.UsedMilli % 1000 == 0 ? 500 : 50;
        var seconds = (newest.ObservedAt - point.At).TotalSeconds;
        return seconds <= 0 ? 0 : Math.Max(0, newest.UsedMilli - point.UsedMilli + (sign * rounding)) / seconds;
    }

    /// <summary>Null if it does not run out within a year.</summary>
    private static DateTimeOffset? RunsOutAt(Reading newest, double speed)
    {
        var seconds = (Full - newest.UsedMilli) / speed;
        return seconds < 366 * 86_400d ? newest.ObservedAt.AddSeconds(seconds) : null;
    }
}
