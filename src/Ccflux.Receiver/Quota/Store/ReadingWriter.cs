using Ccflux.Contracts.Quota;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>Writes readings within a transaction: the history, and the newest of each window.</summary>
internal static class ReadingWriter
{
    /// <summary>Stores readings of one account. Readings of windows beyond <see cref="ReadingLimits.MaxWindows"/> are dropped.</summary>
    /// <returns>How many were new; the others were known or added nothing.</returns>
    public static int Write(WriteSession session, long accountId, string source, IReadOnlyList<Reading> readings)
    {
        var accepted = 0;
        foreach (var reading in readings)
        {
            accepted += Write(session, accountId, source, reading) ? 1 : 0;
        }

        return accepted;
    }

    private static bool Write(WriteSession session, long accountId, string source, Reading reading)
    {
        var at = reading.ObservedAt.ToUnixTimeMilliseconds();
        var resetsAt = reading.ResetsAt?.ToUnixTimeMilliseconds();
        long windowId;
        var startedAt = reading.StartedAt;
        if (Find(session, accountId, reading.Window) is not { } window)
        {
            // The two general limits always have room, whatever else a source reports.
            if (!LimitNames.IsGeneral(reading.Window) && session.Scalar(QuotaSql.CountWindows, ("account", accountId)) >= ReadingLimits.MaxWindows)
            {
                return false;
            }

            windowId = session.Insert(
                QuotaSql.InsertWindow,
                ("account", accountId),
                ("name", reading.Window),
                ("used_milli", reading.UsedMilli),
                ("resets_at", resetsAt),
                ("observed_at", at),
                ("source", source));
        }
        else
        {
            windowId = window.Id;
            if (IsFromStatusLine(source)
                && !StatusLineRule.IsNews(Before(session, window, reading), reading, reading.IsFresh, () => WasReported(session, window.Id, reading)))
            {
                return false;
            }

            startedAt = StartOf(window, reading);
        }

        var isNew = session.Execute(
            QuotaSql.InsertReading,
            ("window", windowId),
            ("observed_at", at),
            ("used_milli", reading.UsedMilli),
            ("resets_at", resetsAt),
            ("source", source)) > 0;
        if (!isNew)
        {
            return false;
        }

        var isNewest = session.Execute(
            QuotaSql.UpdateWindow,
            ("used_milli", reading.UsedMilli),
            ("resets_at", resetsAt),
            ("observed_at", at),
            ("started_at", startedAt?.ToUnixTimeMilliseconds()),
            ("source", source),
            ("window", windowId)) > 0;
        if (isNewest && startedAt == reading.ObservedAt)
        {
            session.Execute(QuotaSql.ForgetForecast, ("window", windowId));
        }

        return true;
    }

    /// <summary>When the window restarted early: now, if the figure fell; as already known, if it is still the same window. A limit hit means that the
    /// window was full then, but not reliably of which account.</summary>
    private static DateTimeOffset? StartOf(Window window, Reading reading)
    {
        var newest = window.Newest;
        if (newest.ResetsAt is not { } known || reading.ResetsAt is not { } reported || (reported - known).Duration() > Reading.SameInstance)
        {
            return null;
        }

        var isReset = newest.UsedMilli - reading.UsedMilli >= Reading.ResetFall && window.Source is not QuotaSource.LimitHit;
        return isReset ? reading.ObservedAt : newest.StartedAt;
    }

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

    private static bool IsFromStatusLine(string source) => string.Equals(source, QuotaSource.StatusLine, StringComparison.Ordinal);

    private static Window? Find(WriteSession session, long accountId, string name)
    {
        using var rows = session.Query(QuotaSql.SelectWindow, ("account", accountId), ("name", name));
        if (!rows.Read())
        {
            return null;
        }

        var newest = new Reading(name, rows.Int64(1), UnixTime.At(rows.Int64OrNull(2)), UnixTime.At(rows.Int64(3)), UnixTime.At(rows.Int64OrNull(4)));
        return new Window(rows.Int64(0), newest, rows.Text(5));
    }

    /// <summary>The window as it was before a reading that may arrive late.</summary>
    private static Reading? Before(WriteSession session, Window window, Reading reading)
    {
        if (reading.ObservedAt >= window.Newest.ObservedAt)
        {
            return window.Newest;
        }

        using var rows = session.Query(QuotaSql.SelectBefore, ("window", window.Id), ("at", reading.ObservedAt.ToUnixTimeMilliseconds()));
        return rows.Read() ? new Reading(reading.Window, rows.Int64(0), UnixTime.At(rows.Int64OrNull(1)), UnixTime.At(rows.Int64(2))) : null;
    }

    private sealed record Window(long Id, Reading Newest, string Source);
}
