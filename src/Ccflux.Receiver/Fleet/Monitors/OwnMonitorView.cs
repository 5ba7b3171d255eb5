using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>Something that the receiver checks itself.</summary>
/// <param name="What">How it is checked.</param>
internal sealed record Watched(string Name, string What);

/// <summary>Converts the receiver's own checks for display. Pure.</summary>
internal static class OwnMonitorView
{
    public const string Source = "own";
    public const int Hours = 24;

    private const double SlotsOfADay = 96;

    public static MonitorView Unchecked(Watched one) =>
        new(one.Name, Source, one.What, MonitorState.Unknown, "not checked yet", null, null, null, 0, [.. Enumerable.Repeat(HourState.Unseen, Hours)]);

    /// <summary>A result that is three intervals old or older no longer counts as known.</summary>
    public static MonitorView Of(Watched one, MonitorRow row, IReadOnlyList<SlotRow> slots, TimeSpan interval, DateTimeOffset now)
    {
        var checkedAt = UnixTime.At(row.CheckedAt);
        var isOld = now - checkedAt > interval * 3;
        long all = slots.Sum(slot => slot.Up + slot.Slow + slot.Down), down = slots.Sum(slot => slot.Down);
        return new MonitorView(
            one.Name,
            Source,
            one.What,
            isOld ? MonitorState.Unknown : MonitorStates.Parse(row.State),
            isOld ? "not checked for a while" : row.TookMs is { } took ? $"{row.Detail} in {Durations.Milliseconds(took)}" : row.Detail,
            UnixTime.At(row.Since),
            checkedAt,
            all == 0 ? null : (double)(all - down) / all,
            Math.Min(1, slots.Count / SlotsOfADay),
            [.. Enumerable.Range(0, Hours).Select(hour => HourOf(slots, now.AddHours(hour - Hours), now.AddHours(hour - Hours + 1)))]);
    }

    private static HourState HourOf(IReadOnlyList<SlotRow> slots, DateTimeOffset from, DateTimeOffset to)
    {
        long start = from.ToUnixTimeMilliseconds(), end = to.ToUnixTimeMilliseconds();
        var state = HourState.Unseen;
        foreach (var slot in slots.Where(slot => slot.SlotAt >= start && slot.SlotAt < end))
        {
            var here = slot.Down > 0 ? HourState.Bad : slot.Slow > 0 ? HourState.Warning : HourState.Good;
            state = here > state ? here : state;
        }

        return state;
    }

    /// <summary>Shows the host only, because a path may contain a key.</summary>
    /// <param name="target">What is checked.</param>
    /// <param name="certificateEndsAt">When the certificate that it presented expires.</param>
    /// <param name="now">The current time.</param>
    public static Watched Of(MonitorTarget target, DateTimeOffset? certificateEndsAt, DateTimeOffset now)
    {
        var what = target.IsOurs ? $"GET {target.Address.AbsolutePath}" : $"{target.Address.Scheme.ToUpperInvariant()}, {target.Address.Host}";
        return new Watched(target.Name, certificateEndsAt is { } end ? $"{what}, certificate {Left(end - now)}" : what);
    }

    /// <summary>Whole days: <c>61 d</c>.</summary>
    public static string Left(TimeSpan left) => left <= TimeSpan.Zero ? "has expired" : left.TotalDays < 1 ? Times.Left(left) : string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalDays} d");
}
