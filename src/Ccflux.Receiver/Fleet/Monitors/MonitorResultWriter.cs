using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>Writes a round of checks in one transaction: each monitor's state, the counts per quarter of an hour, and alerts.</summary>
internal sealed class MonitorResultWriter(GroupCommitWriter writer, Notifications notifications, MonitorOptions options)
{
    /// <summary>A table of 24 hours needs no more.</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromHours(25);

    public static long SlotMilliseconds { get; } = (long)TimeSpan.FromMinutes(15).TotalMilliseconds;

    public async Task<bool> WriteAsync(IReadOnlyList<(string Name, CheckResult Result)> round, DateTimeOffset now)
    {
        var written = await writer.WriteAsync(connection =>
        {
            foreach (var (name, result) in round)
            {
                Write(connection, name, result, now);
            }

            var oldest = (now - s_kept).ToUnixTimeMilliseconds();
            connection.Execute(MonitorSql.DeleteOldSlots, oldest);
            connection.Execute(MonitorSql.DeleteOldMonitors, oldest);
            return true;
        });
        return written.Status == WriteStatus.Committed;
    }

    private void Write(SqlConnection connection, string name, CheckResult result, DateTimeOffset now)
    {
        var (after, notice) = MonitorRule.Next(name, RecordOf(connection, name), result, now);
        var at = now.ToUnixTimeMilliseconds();
        var id = connection.Scalar(
            MonitorSql.Upsert, name, MonitorStates.Name(after.State), after.Since.ToUnixTimeMilliseconds(), at, result.Milliseconds, result.Detail, after.Failures, after.NotifiedDown)!.Value;
        if (result.State is MonitorState.Up or MonitorState.Slow or MonitorState.Partly or MonitorState.Down)
        {
            connection.Execute(MonitorSql.Count, id, at - (at % SlotMilliseconds), Is(MonitorState.Up), Is(MonitorState.Slow) + Is(MonitorState.Partly), Is(MonitorState.Down));
        }

        if (notice is not null && options.Alerts)
        {
            notifications.Write(connection, notice);
        }

        long Is(MonitorState state) => result.State == state ? 1 : 0;
    }

    private static MonitorRecord? RecordOf(SqlConnection connection, string name)
    {
        using var rows = connection.Query(MonitorSql.Record, name);
        return rows.Read()
            ? new MonitorRecord(MonitorStates.Parse(rows.Text(0)), UnixTime.At(rows.Number(1)), (int)rows.Number(2), rows.Number(3) != 0)
            : null;
    }
}
