using System.Text.Json;
using Ccflux.Receiver.Quota.Read;

namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>The data for an account's chart: the JSON that is in the page next to the chart's table.</summary>
/// <param name="From">Epoch milliseconds.</param>
/// <param name="To">The current time, in epoch milliseconds.</param>
public sealed record LevelsChartData(long From, long To, IReadOnlyList<LevelsSeries> Series)
{
    /// <summary>The most windows that are drawn; the bars and the CSV show all.</summary>
    public const int MaxSeries = 6;

    /// <summary>Buckets without a reading that the line still bridges.</summary>
    private const int MaxGap = 3;

    /// <summary>However small the buckets are, an account is sometimes polled rarely.</summary>
    private static readonly TimeSpan s_minGap = TimeSpan.FromMinutes(10);

    /// <param name="isPolled">True if silence means that nothing was read; a status line is silent while nothing changes.</param>
    public static LevelsChartData Of(IEnumerable<WindowHistory> windows, QuotaRange range, DateTimeOffset from, DateTimeOffset to, bool isPolled, TimeSpan interval) => new(
        from.ToUnixTimeMilliseconds(),
        to.ToUnixTimeMilliseconds(),
        [.. windows.Take(MaxSeries).Select((window, place) => Line(window, place, from, Longest(range.Stretch * MaxGap, s_minGap, interval * MaxGap), isPolled))]);

    /// <summary>The default encoder escapes angle brackets and ampersands, so the text is safe in a script element.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, LevelsChartJson.Default.LevelsChartData);

    private static LevelsSeries Line(WindowHistory window, int place, DateTimeOffset from, TimeSpan gap, bool isPolled)
    {
        var at = new List<long>();
        var used = new List<double?>();
        HistoryBucket? before = null;
        foreach (var bucket in window.Buckets)
        {
            if (before is not null && IsGap(before, bucket, gap, isPolled))
            {
                at.Add(at[^1]);
                used.Add(null);
            }

            foreach (var point in bucket.Points)
            {
                at.Add((long)(point.At - from).TotalSeconds);
                used.Add(point.UsedPercent);
            }

            before = bucket;
        }

        return new LevelsSeries(WindowName.Of(window.Window), WindowText.Colour(window.Window, place), at, used);
    }

    /// <summary>What was not observed is not drawn: the silence of a poller, and the fall at a reset that nobody saw.</summary>
    private static bool IsGap(HistoryBucket before, HistoryBucket after, TimeSpan gap, bool isPolled) =>
        after.FirstAt - before.Last.At > gap && (isPolled || before.ResetsAt <= after.FirstAt);

    private static TimeSpan Longest(params ReadOnlySpan<TimeSpan> spans)
    {
        var longest = TimeSpan.Zero;
        foreach (var span in spans)
        {
            longest = span > longest ? span : longest;
        }

        return longest;
    }
}

/// <param name="Colour">Number of a series token.</param>
/// <param name="At">Seconds from the chart's beginning.</param>
/// <param name="Used">Percent at that time; null is a gap.</param>
public sealed record LevelsSeries(string Name, int Colour, IReadOnlyList<long> At, IReadOnlyList<double?> Used);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LevelsChartData))]
internal sealed partial class LevelsChartJson : JsonSerializerContext;
