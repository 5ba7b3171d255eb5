using Ccflux.Contracts.Usage;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Reads and writes single turns and their events. Their sums are kept by <see cref="UsageRollupAccumulator"/>.</summary>
internal static class FactsWriter
{
    private const int EventColumns = 5 + UsageSums.Count;

    [ThreadStatic]
    private static SqlValue[]? s_eventValues;

    /// <returns>The new turn's id, or null if the turn is already stored.</returns>
    public static long? Insert(SqlConnection connection, in StoredTurn turn, long receivedAt)
    {
        var inserted = connection.Execute(
            FactsSql.InsertTurn,
            turn.UserId, turn.SessionRef, turn.SchemaVersion, turn.TurnIndex, turn.StartedAt, turn.EndedAt, receivedAt,
            turn.Outcome, turn.Entrypoint, turn.DeviceRef, turn.PluginVersion, turn.ClockAdjusted);
        return inserted > 0 ? connection.LastInsertId : null;
    }

    public static (long Id, StoredTurn Turn)? Read(SqlConnection connection, long userId, long sessionRef, int schemaVersion, int turnIndex)
    {
        using var rows = connection.Query(FactsSql.SelectTurn, userId, sessionRef, schemaVersion, turnIndex);
        return rows.Read()
            ? (rows.Number(0), new StoredTurn(
                userId, sessionRef, schemaVersion, turnIndex, rows.Number(1), rows.Number(2), rows.Text(3), rows.TextOrNull(4),
                rows.NumberOrNull(5), rows.TextOrNull(6), rows.Number(7) != 0))
            : null;
    }

    public static void Update(SqlConnection connection, long turnId, in StoredTurn turn) => connection.Execute(
        FactsSql.UpdateTurn,
        turn.StartedAt, turn.EndedAt, turn.Outcome, turn.Entrypoint, turn.DeviceRef, turn.PluginVersion, turn.ClockAdjusted, turnId);

    public static void Delete(SqlConnection connection, long userId, long turnId)
    {
        connection.Execute(FactsSql.DeleteEvents, userId, turnId);
        connection.Execute(FactsSql.DeleteTurn, turnId);
    }

    public static List<StoredEvent> ReadEvents(SqlConnection connection, long userId, long turnId)
    {
        var events = new List<StoredEvent>();
        using var rows = connection.Query(FactsSql.SelectEvents, userId, turnId);
        while (rows.Read())
        {
            var sums = default(UsageSums);
            for (var i = 0; i < UsageSums.Count; i++)
            {
                sums[i] = rows.Number(3 + i);
            }

            events.Add(new StoredEvent(rows.Number(0), sums, rows.Number(1), rows.Number(2) != 0));
        }

        return events;
    }

    public static void PutEvent(SqlConnection connection, long userId, long turnId, in StoredEvent each, bool replace)
    {
        var values = s_eventValues ??= new SqlValue[EventColumns];
        values[0] = userId;
        values[1] = turnId;
        values[2] = each.ModelId;
        values[3] = each.SubagentTokens;
        values[4] = each.Partial;
        for (var i = 0; i < UsageSums.Count; i++)
        {
            values[5 + i] = each.Sums[i];
        }

        connection.Execute(replace ? FactsSql.ReplaceEvent : FactsSql.InsertEvent, values);
    }

    public static bool HasLimitEvent(SqlConnection connection, long userId, long sessionRef, int turnIndex, LimitEvent limit) =>
        connection.Scalar(FactsSql.HasLimitEvent, userId, sessionRef, turnIndex, limit.AtUtc.ToUnixTimeMilliseconds()) is not null;

    /// <returns>How many were new.</returns>
    public static int PutLimitEvents(SqlConnection connection, in StoredTurn turn, IReadOnlyList<LimitEvent>? events)
    {
        var added = 0;
        for (var i = 0; i < (events?.Count ?? 0); i++)
        {
            var limit = events![i];
            added += HasLimitEvent(connection, turn.UserId, turn.SessionRef, turn.TurnIndex, limit) ? 0 : 1;
            connection.Execute(
                FactsSql.PutLimitEvent,
                turn.UserId, turn.SessionRef, turn.TurnIndex, limit.AtUtc.ToUnixTimeMilliseconds(),
                string.IsNullOrEmpty(limit.Window) ? null : limit.Window, limit.ResetsAtUtc?.ToUnixTimeMilliseconds(), limit.Final);
        }

        return added;
    }
}
