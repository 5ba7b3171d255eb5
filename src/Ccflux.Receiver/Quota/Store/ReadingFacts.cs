using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>A window of an account as it is stored.</summary>
/// <param name="WindowId">Its row.</param>
/// <param name="Newest">Its newest reading, with when it restarted early.</param>
/// <param name="Source">Where that reading comes from.</param>
internal sealed record StoredWindow(long WindowId, Reading Newest, string Source);

/// <summary>What the history says about one reading that is to be stored.</summary>
/// <param name="Before">For a reading that is older than its window's newest: the last one at or before it. Null if there is none.</param>
/// <param name="WasReported">Whether its figure was stored before in the same instance of the window. Looked up only for a figure that may be a repetition.</param>
internal readonly record struct PastReading(Reading? Before, bool WasReported);

/// <summary>What decides which readings of one account are stored.</summary>
/// <param name="Windows">All windows of the account.</param>
/// <param name="Past">One for each reading.</param>
internal sealed record ReadingFacts(IReadOnlyList<StoredWindow> Windows, IReadOnlyList<PastReading> Past)
{
    /// <summary>Locks the account's windows.</summary>
    public static ReadingFacts Load(WriteSession session, QuotaAccountId accountId, string source, IReadOnlyList<Reading> readings)
    {
        var windows = session.List(
            QuotaSql.SelectWindows,
            static rows => new StoredWindow(
                rows.Int64(0),
                new Reading(rows.Text(1), rows.Int64(2), UnixTime.At(rows.Int64OrNull(3)), UnixTime.At(rows.Int64(4)), UnixTime.At(rows.Int64OrNull(5))),
                rows.Text(6)),
            ("account", accountId.Value));
        var known = windows.ToDictionary(window => window.Newest.Window, StringComparer.Ordinal);
        var figures = readings.GroupBy(reading => reading.Window, StringComparer.Ordinal).ToDictionary(
            group => group.Key, group => (Least: group.Min(reading => reading.UsedMilli), Most: group.Max(reading => reading.UsedMilli)), StringComparer.Ordinal);
        var past = readings.Select(reading => known.TryGetValue(reading.Window, out var window) ? PastOf(session, window, source, reading, figures[reading.Window]) : default);
        return new ReadingFacts(windows, [.. past]);
    }

    private static PastReading PastOf(WriteSession session, StoredWindow window, string source, Reading reading, (long Least, long Most) figures)
    {
        var before = reading.ObservedAt < window.Newest.ObservedAt ? Before(session, window.WindowId, reading) : null;
        // Only a figure that is far from the one before it may be a repetition. The one before it is stored, or comes in the same batch.
        var mayRepeat = source is QuotaSource.StatusLine
            && !reading.IsFresh
            && reading.ResetsAt is not null
            && (IsFar(reading.UsedMilli, (before ?? window.Newest).UsedMilli) || IsFar(reading.UsedMilli, figures.Least) || IsFar(reading.UsedMilli, figures.Most));
        return new PastReading(before, mayRepeat && WasReported(session, window.WindowId, reading));
    }

    private static bool IsFar(long figure, long other) => Math.Abs(figure - other) >= Reading.ResetFall;

    /// <summary>The window as it was before a reading that arrives late.</summary>
    private static Reading? Before(WriteSession session, long windowId, Reading reading) => session.First<Reading?>(
        QuotaSql.SelectBefore,
        rows => new Reading(reading.Window, rows.Int64(0), UnixTime.At(rows.Int64OrNull(1)), UnixTime.At(rows.Int64(2))),
        ("window", windowId),
        ("at", reading.ObservedAt.ToUnixTimeMilliseconds()));

    private static bool WasReported(WriteSession session, long windowId, Reading reading)
    {
        var reset = reading.ResetsAt!.Value;
        return session.Any(
            QuotaSql.SelectSameFigure,
            ("window", windowId),
            ("used_milli", reading.UsedMilli),
            ("earliest_reset", (reset - Reading.SameInstance).ToUnixTimeMilliseconds()),
            ("latest_reset", (reset + Reading.SameInstance).ToUnixTimeMilliseconds()),
            ("before", reading.ObservedAt.ToUnixTimeMilliseconds()));
    }
}
