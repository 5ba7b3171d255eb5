using Ccflux.Contracts.Usage;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Reads and writes single turns and their events. Their sums are kept by <see cref="UsageRollupAccumulator"/>.</summary>
internal static class FactsWriter
{
    private const int EventColumns = 5 + UsageSums.Count;

    [ThreadStatic]
    private static SqlParameter[]? s_eventValues;

    /// <returns>The new turn's id, or null if the turn is already stored.</returns>
    public static long? Insert(WriteSession session, in StoredTurn turn, long receivedAt)
    {
        var id = session.Insert(
            FactsSql.InsertTurn,
            ("user", turn.UserId), ("session", turn.SessionRef), ("schema", turn.SchemaVersion), ("index", turn.TurnIndex),
            ("started_at", turn.StartedAt), ("ended_at", turn.EndedAt), ("received_at", receivedAt),
            ("outcome", turn.Outcome), ("entrypoint", turn.Entrypoint), ("device", turn.DeviceRef),
            ("plugin_version", turn.PluginVersion), ("clock_adjusted", turn.ClockAdjusted));
        return id > 0 ? id : null;
    }

    public static (long Id, StoredTurn Turn)? Read(WriteSession session, long userId, long sessionRef, int schemaVersion, int turnIndex)
    {
        using var rows = session.Query(
            FactsSql.SelectTurn, ("user", userId), ("session", sessionRef), ("schema", schemaVersion), ("index", turnIndex));
        return rows.Read()
            ? (rows.Int64(0), new StoredTurn(
                userId, sessionRef, schemaVersion, turnIndex, rows.Int64(1), rows.Int64(2), rows.Text(3), rows.TextOrNull(4),
                rows.Int64OrNull(5), rows.TextOrNull(6), rows.Bool(7)))
            : null;
    }

    public static void Update(WriteSession session, long turnId, in StoredTurn turn) => session.Execute(
        FactsSql.UpdateTurn,
        ("started_at", turn.StartedAt), ("ended_at", turn.EndedAt), ("outcome", turn.Outcome), ("entrypoint", turn.Entrypoint), ("device", turn.DeviceRef),
        ("plugin_version", turn.PluginVersion), ("clock_adjusted", turn.ClockAdjusted), ("turn", turnId));

    public static void Delete(WriteSession session, long userId, long turnId)
    {
        session.Execute(FactsSql.DeleteEvents, ("user", userId), ("turn", turnId));
        session.Execute(FactsSql.DeleteTurn, ("turn", turnId));
    }

    public static List<StoredEvent> ReadEvents(WriteSession session, long userId, long turnId)
    {
        var events = new List<StoredEvent>();
        using var rows = session.Query(FactsSql.SelectEvents, ("user", userId), ("turn", turnId));
        while (rows.Read())
        {
            var sums = default(UsageSums);
            for (var i = 0; i < UsageSums.Count; i++)
            {
                sums[i] = rows.Int64(3 + i);
            }

            events.Add(new StoredEvent(rows.Int64(0), sums, rows.Int64(1), rows.Bool(2)));
        }

        return events;
    }

    public static void PutEvent(WriteSession session, long userId, long turnId, in StoredEvent each, bool replace)
    {
        var values = s_eventValues ??= new SqlParameter[EventColumns];
        values[0] = ("user", userId);
        values[1] = ("turn", turnId);
        values[2] = ("model", each.ModelId);
        values[3] = ("subagent_tokens", each.SubagentTokens);
        values[4] = ("partial", each.Partial);
        each.Sums.CopyTo(values.AsSpan(5));
        session.Execute(replace ? FactsSql.ReplaceEvent : FactsSql.InsertEvent, values);
    }

    public static bool HasLimitEvent(WriteSession session, long userId, long sessionRef, int turnIndex, LimitEvent limit) =>
        session.Any(
            FactsSql.HasLimitEvent,
            ("user", userId), ("session", sessionRef), ("index", turnIndex), ("at", limit.AtUtc.ToUnixTimeMilliseconds()));

    /// <returns>How many were new.</returns>
    public static int PutLimitEvents(WriteSession session, in StoredTurn turn, IReadOnlyList<LimitEvent>? events)
    {
        var added = 0;
        for (var i = 0; i < (events?.Count ?? 0); i++)
        {
            var limit = events![i];
            added += HasLimitEvent(session, turn.UserId, turn.SessionRef, turn.TurnIndex, limit) ? 0 : 1;
            session.Execute(
                FactsSql.PutLimitEvent,
                ("user", turn.UserId), ("session", turn.SessionRef), ("index", turn.TurnIndex), ("at", limit.AtUtc.ToUnixTimeMilliseconds()),
                ("window", string.IsNullOrEmpty(limit.Window) ? null : limit.Window), ("resets_at", limit.ResetsAtUtc?.ToUnixTimeMilliseconds()),
                ("final", limit.Final));
        }

        return added;
    }
}
