using Ccflux.Contracts.Quota;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.StatusLine;

/// <summary>Decides what in a status line is news. An idle session repeats its old figures, so a figure counts if it changed for its session,
/// and is dated to when it was first seen there; something is recorded at most once a minute.</summary>
internal static class LimitObservations
{
    public const int MaxSessions = 32;
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Notes what is shown now.</summary>
    /// <param name="state">Changed in place.</param>
    /// <param name="session">The session that shows it.</param>
    /// <param name="windows">What it shows.</param>
    /// <param name="account">The account whose limits they are; null if unknown.</param>
    /// <param name="now">The current time.</param>
    /// <param name="age">The session's age; null if the client does not say.</param>
    /// <returns>Whether anything changed, and whether a waiting reading was added.</returns>
    public static (bool Changed, bool Recorded) Note(QuotaState state, string session, IReadOnlyList<LimitWindow> windows, Func<string?> account, DateTimeOffset now, TimeSpan? age = null)
    {
        var isNewSession = !state.Sessions.Exists(known => string.Equals(known.Id, session, StringComparison.Ordinal));
        var isFresh = !isNewSession || IsSurelyNew(state, age, now);
        var seen = SessionOf(state, session, now);
        var changed = false;
        foreach (var window in windows)
        {
            var at = seen.Windows.FindIndex(known => string.Equals(known.Name, window.Name, StringComparison.Ordinal));
            if (at >= 0 && seen.Windows[at].Shows(window))
            {
                continue;
            }

            changed = true;
            var observation = new LimitObservation(window.Name, window.UsedPercentage, window.ResetsAt, now, Recorded: false, isFresh);
            if (at >= 0)
            {
                seen.Windows[at] = observation;
            }
            else if (seen.Windows.Count < ReadingLimits.MaxWindows)
            {
                seen.Windows.Add(observation);
            }
        }

        // A clock that was set back must not silence the line until it has caught up.
        var rests = state.RecordedAt is { } last && now - last < Interval && now >= last;
        if (rests || seen.Windows.TrueForAll(observation => observation.Recorded) || account() is not { } name)
        {
            return (changed, false);
        }

        return (true, Record(state, seen, name, now));
    }

    private static bool Record(QuotaState state, SeenSession seen, string account, DateTimeOffset now)
    {
        var recorded = false;
        for (var i = 0; i < seen.Windows.Count; i++)
        {
            var observation = seen.Windows[i];
            if (observation.Recorded)
            {
                continue;
            }

            seen.Windows[i] = observation with { Recorded = true };
            var reading = new ReportedReading
            {
                Window = observation.Name,
                UsedPercentage = observation.UsedPercentage,
                ResetsAt = observation.ResetsAt,
                ObservedAt = observation.At,
                Account = account,
                Fresh = observation.Fresh,
            };
            var last = state.Latest.FindIndex(known => string.Equals(known.Window, reading.Window, StringComparison.Ordinal) && string.Equals(known.Account, account, StringComparison.Ordinal));
            if (last >= 0 && state.Latest[last] with { ObservedAt = reading.ObservedAt, Fresh = reading.Fresh } == reading)
            {
                continue; // another session reported the same, or this one did under its former id
            }

            if (last >= 0)
            {
                state.Latest.RemoveAt(last);
            }

            Bounded(state.Latest, reading, QuotaState.MaxLatest);
            Bounded(state.Waiting, reading, QuotaState.MaxWaiting);
            state.RecordedAt = now;
            recorded = true;
        }

        return recorded;
    }

    /// <summary>Whether a figure is certainly new. An unknown session has started since, unless known sessions were lost or dropped, or it started before the latest reading.
    /// A known session shows a changed figure only after a new answer.</summary>
    private static bool IsSurelyNew(QuotaState state, TimeSpan? age, DateTimeOffset now) =>
        state.Sessions.Count is > 0 and < MaxSessions && !(age is { } old && state.Latest.Exists(reading => reading.ObservedAt > now - old));

    private static SeenSession SessionOf(QuotaState state, string session, DateTimeOffset now)
    {
        var at = state.Sessions.FindIndex(known => string.Equals(known.Id, session, StringComparison.Ordinal));
        var seen = at >= 0 ? state.Sessions[at] with { At = now } : new SeenSession(session, now, []);
        if (at >= 0)
        {
            state.Sessions.RemoveAt(at);
        }

        Bounded(state.Sessions, seen, MaxSessions);
        return seen;
    }

    /// <summary>Appends an item; the oldest makes room.</summary>
    private static void Bounded<T>(List<T> list, T item, int most)
    {
        if (list.Count >= most)
        {
            list.RemoveRange(0, list.Count - most + 1);
        }

        list.Add(item);
    }
}
