using Ccflux.Receiver.Quota.Alerts;
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
        var written = await writer.WriteAsync(session =>
        {
            foreach (var (name, result) in round)
            {
                Write(session, name, result, now);
            }

            var oldest = (now - s_kept).ToUnixTimeMilliseconds();
            session.Execute(MonitorSql.DeleteOldSlots, ("before", oldest));
            session.Execute(MonitorSql.DeleteOldMonitors, ("before", oldest));
            return true;
        });
        return written.IsCommitted;
    }

    private void Write(WriteSession session, string name, CheckResult result, DateTimeOffset now)
    {
        var (after, notice) = MonitorRule.Next(name, RecordOf(session, name), result, now);
        var at = now.ToUnixTimeMilliseconds();
        var id = session.Insert(
            MonitorSql.Upsert,
            ("name", name),
            ("state", MonitorStates.Name(after.State)),
            ("since", after.Since.ToUnixTimeMilliseconds()),
            ("checked_at", at),
            ("took_ms", result.Milliseconds),
            ("detail", result.Detail),
            ("failures", after.Failures),
            ("told_down", after.NotifiedDown));
        if (result.State is MonitorState.Up or MonitorState.Slow or MonitorState.Partly or MonitorState.Down)
        {
            session.Execute(
                MonitorSql.Count,
                ("monitor", id),
                ("slot_at", at - (at % SlotMilliseconds)),
                ("up", Is(MonitorState.Up)),
                ("slow", Is(MonitorState.Slow) + Is(MonitorState.Partly)),
                ("down", Is(MonitorState.Down)));
        }

        if (notice is not null && options.Alerts)
        {
            notifications.Write(session, notice);
        }

        long Is(MonitorState state) => result.State == state ? 1 : 0;
    }

    private static MonitorRecord? RecordOf(WriteSession session, string name)
    {
        using var rows = session.Query(MonitorSql.Record, ("name", name));
        return rows.Read()
            ? new MonitorRecord(MonitorStates.Parse(rows.Text(0)), UnixTime.At(rows.Int64(1)), rows.Int32(2), rows.Bool(3))
            : null;
    }
}
