using Ccflux.Contracts.Quota;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>Writes readings inside a transaction: the history, and the newest of each window.</summary>
internal static class ReadingsLedger
{
    /// <summary>Stores readings of one account. Those of a window beyond <see cref="ReadingLimits.MaxWindows"/> are not kept.</summary>
    /// <returns>How many were new; the others were known or said nothing new.</returns>
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
        if (Find(connection, accountId, reading.Window) is not { } window)
        {
            if (connection.Scalar(QuotaSql.CountWindows, accountId) >= ReadingLimits.MaxWindows)
            {
                return false;
            }

            windowId = connection.Scalar(QuotaSql.InsertWindow, accountId, reading.Window, reading.UsedMilli, resetsAt, at, source)!.Value;
        }
        else
        {
            windowId = window.Id;
            if (IsFromStatusLine(source) && !StatusLineRule.IsNews(Before(connection, window, reading), reading))
            {
                return false;
            }
        }

        if (connection.Execute(QuotaSql.InsertReading, windowId, at, reading.UsedMilli, resetsAt, source) == 0)
        {
            return false;
        }

        connection.Execute(QuotaSql.UpdateWindow, reading.UsedMilli, resetsAt, at, source, windowId, at);
        return true;
    }

    private static bool IsFromStatusLine(string source) => string.Equals(source, QuotaSource.StatusLine, StringComparison.Ordinal);

    private static Window? Find(SqlConnection connection, long accountId, string name)
    {
        using var rows = connection.Query(QuotaSql.SelectWindow, accountId, name);
        return rows.Read() ? new Window(rows.Number(0), new Reading(name, rows.Number(1), ResetOf(rows.NumberOrNull(2)), At(rows.Number(3)))) : null;
    }

    /// <summary>What the window was like before a reading that may come late.</summary>
    private static Reading? Before(SqlConnection connection, Window window, Reading reading)
    {
        if (reading.ObservedAt >= window.Newest.ObservedAt)
        {
            return window.Newest;
        }

        using var rows = connection.Query(QuotaSql.SelectBefore, window.Id, reading.ObservedAt.ToUnixTimeMilliseconds());
        return rows.Read() ? new Reading(reading.Window, rows.Number(0), ResetOf(rows.NumberOrNull(1)), At(rows.Number(2))) : null;
    }

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static DateTimeOffset? ResetOf(long? milliseconds) => milliseconds is { } value ? At(value) : null;

    private sealed record Window(long Id, Reading Newest);
}
