using Ccflux.Contracts.Quota;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>Writes readings within a transaction: the history, and the newest of each window.</summary>
internal static class ReadingWriter
{
    /// <summary>Stores readings of one account. Readings of windows beyond <see cref="ReadingLimits.MaxWindows"/> are dropped.</summary>
    /// <returns>How many were new; the others were known or added nothing.</returns>
    public static int Write(SqlConnection connection, long accountId, string source, IReadOnlyList<Reading> readings)
    {
        var accepted = 0;
        foreach (var reading in readings)
        {
            accepted += Write(connection, accountId, source, reading) ? 1 : 0;
        }

        return accepted;
    }

    private static bool Write(SqlConnection connection, long accountId, string source, Reading reading)
    {
        var at = reading.ObservedAt.ToUnixTimeMilliseconds();
        var resetsAt = reading.ResetsAt?.ToUnixTimeMilliseconds();
        long windowId;
        var startedAt = reading.StartedAt;
        if (Find(connection, accountId, reading.Window) is not { } window)
        {
            // The two general limits always have room, whatever else a source reports.
            if (!LimitNames.IsGeneral(reading.Window) && connection.Scalar(QuotaSql.CountWindows, accountId) >= ReadingLimits.MaxWindows)
            {
                return false;
            }

            windowId = connection.Scalar(QuotaSql.InsertWindow, accountId, reading.Window, reading.UsedMilli, resetsAt, at, source)!.Value;
        }
        else
        {
            windowId = window.Id;
            if (IsFromStatusLine(source)
                && !StatusLineRule.IsNews(Before(connection, window, reading), reading, reading.IsFresh, () => WasReported(connection, window.Id, reading)))
            {
                return false;
            }

            startedAt = StartOf(window, reading);
        }

        if (connection.Execute(QuotaSql.InsertReading, windowId, at, reading.UsedMilli, resetsAt, source) == 0)
        {
            return false;
        }

        var isNewest = connection.Execute(QuotaSql.UpdateWindow, reading.UsedMilli, resetsAt, at, startedAt?.ToUnixTimeMilliseconds(), source, windowId, at) > 0;
        if (isNewest && startedAt == reading.ObservedAt)
        {
            connection.Execute(QuotaSql.ForgetForecast, windowId);
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

    private static bool WasReported(SqlConnection connection, long windowId, Reading reading)
    {
        var reset = reading.ResetsAt!.Value;
        return connection.Scalar(
            QuotaSql.SelectSameFigure,
            windowId,
            reading.UsedMilli,
            (reset - Reading.SameInstance).ToUnixTimeMilliseconds(),
            (reset + Reading.SameInstance).ToUnixTimeMilliseconds(),
            reading.ObservedAt.ToUnixTimeMilliseconds()) is not null;
    }

    private static bool IsFromStatusLine(string source) => string.Equals(source, QuotaSource.StatusLine, StringComparison.Ordinal);

    private static Window? Find(SqlConnection connection, long accountId, string name)
    {
        using var rows = connection.Query(QuotaSql.SelectWindow, accountId, name);
        return rows.Read() ? new Window(rows.Number(0), new Reading(name, rows.Number(1), UnixTime.At(rows.NumberOrNull(2)), UnixTime.At(rows.Number(3)), UnixTime.At(rows.NumberOrNull(4))), rows.Text(5)) : null;
    }

    /// <summary>The window as it was before a reading that may arrive late.</summary>
    private static Reading? Before(SqlConnection connection, Window window, Reading reading)
    {
        if (reading.ObservedAt >= window.Newest.ObservedAt)
        {
            return window.Newest;
        }

        using var rows = connection.Query(QuotaSql.SelectBefore, window.Id, reading.ObservedAt.ToUnixTimeMilliseconds());
        return rows.Read() ? new Reading(reading.Window, rows.Number(0), UnixTime.At(rows.NumberOrNull(1)), UnixTime.At(rows.Number(2))) : null;
    }

    private sealed record Window(long Id, Reading Newest, string Source);
}
