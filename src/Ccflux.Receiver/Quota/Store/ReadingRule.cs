using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>What is written about one window.</summary>
/// <param name="WindowId">Its row; null if there is none yet.</param>
/// <param name="Newest">Its newest reading afterwards, with when it restarted early.</param>
/// <param name="IsNewest">Whether that is another one than before.</param>
/// <param name="HasRestarted">Whether it restarted early: a forecast may be sent about it again.</param>
/// <param name="Readings">The readings that are added to its history.</param>
internal sealed record WindowChange(long? WindowId, Reading Newest, bool IsNewest, bool HasRestarted, IReadOnlyList<Reading> Readings);

/// <summary>Decides which readings of an account are stored, and what its windows are afterwards. Pure.</summary>
internal static class ReadingRule
{
    /// <param name="facts">What is stored about the account.</param>
    /// <param name="source">One of <see cref="QuotaSource"/>.</param>
    /// <param name="readings">Each is considered after the ones before it. Readings of windows beyond <see cref="ReadingLimits.MaxWindows"/> are left out.</param>
    /// <returns>The windows that have new readings; new windows come last, in the order in which they are reported.</returns>
    public static IReadOnlyList<WindowChange> Decide(ReadingFacts facts, string source, IReadOnlyList<Reading> readings)
    {
        var windows = facts.Windows.ToDictionary(window => window.Newest.Window, window => new Window(window), StringComparer.Ordinal);
        for (var i = 0; i < readings.Count; i++)
        {
            var reading = AsStored(readings[i]);
            if (!windows.TryGetValue(reading.Window, out var window))
            {
                // The two general limits always have room, whatever else a source reports.
                if (LimitNames.IsGeneral(reading.Window) || windows.Count < ReadingLimits.MaxWindows)
                {
                    windows.Add(reading.Window, new Window(reading, source));
                }
            }
            else if (IsNews(window, source, reading, facts.Past[i]))
            {
                window.Add(reading, source);
            }
        }

        return [.. windows.Values.Where(window => window.Added.Count > 0).Select(window => window.ToChange())];
    }

    private static bool IsNews(Window window, string source, Reading reading, PastReading past)
    {
        var before = window.Before(reading, past);
        return before?.ObservedAt != reading.ObservedAt
            && (source is not QuotaSource.StatusLine || StatusLineRule.IsNews(before, reading, reading.IsFresh, () => past.WasReported || window.HasAdded(reading)));
    }

    /// <summary>Instants are stored in milliseconds. Two readings within one are at the same instant.</summary>
    private static Reading AsStored(Reading reading) => reading with
    {
        ObservedAt = UnixTime.At(reading.ObservedAt.ToUnixTimeMilliseconds()),
        ResetsAt = UnixTime.At(reading.ResetsAt?.ToUnixTimeMilliseconds()),
        StartedAt = null,
    };

    /// <summary>A window while readings are added to it.</summary>
    private sealed class Window
    {
        private readonly StoredWindow? _stored;
        private Reading _newest;
        private string _source;
        private bool _hasRestarted;

        public Window(StoredWindow stored) => (_stored, _newest, _source) = (stored, stored.Newest, stored.Source);

        public Window(Reading first, string source)
        {
            (_newest, _source) = (first, source);
            Added.Add(first);
        }

        public List<Reading> Added { get; } = [];

        /// <summary>The window as it was before a reading that may arrive late.</summary>
        public Reading? Before(Reading reading, PastReading past)
        {
            if (reading.ObservedAt >= _newest.ObservedAt)
            {
                return _newest;
            }

            var before = _stored is { } stored && reading.ObservedAt >= stored.Newest.ObservedAt ? stored.Newest : past.Before;
            foreach (var added in Added)
            {
                before = added.ObservedAt <= reading.ObservedAt && !(added.ObservedAt < before?.ObservedAt) ? added : before;
            }

            return before;
        }

        /// <summary>Whether the same figure was added before, in the same instance of the window.</summary>
        public bool HasAdded(Reading reading) => Added.Exists(added =>
            added.UsedMilli == reading.UsedMilli && added.ObservedAt < reading.ObservedAt && (added.ResetsAt - reading.ResetsAt)?.Duration() <= Reading.SameInstance);

        public void Add(Reading reading, string source)
        {
            Added.Add(reading);
            if (reading.ObservedAt > _newest.ObservedAt)
            {
                var startedAt = StartOf(reading);
                _hasRestarted |= startedAt == reading.ObservedAt;
                (_newest, _source) = (reading with { StartedAt = startedAt }, source);
            }
        }

        public WindowChange ToChange() => new(_stored?.WindowId, _newest, _stored is null || _newest != _stored.Newest, _hasRestarted, Added);

        /// <summary>When the window restarted early: now, if the figure fell; as already known, if it is still the same window. A limit hit means that the
        /// window was full then, but not reliably of which account.</summary>
        private DateTimeOffset? StartOf(Reading reading)
        {
            if (_newest.ResetsAt is not { } known || reading.ResetsAt is not { } reported || (reported - known).Duration() > Reading.SameInstance)
            {
                return null;
            }

            var isReset = _newest.UsedMilli - reading.UsedMilli >= Reading.ResetFall && _source is not QuotaSource.LimitHit;
            return isReset ? reading.ObservedAt : _newest.StartedAt;
        }
    }
}
