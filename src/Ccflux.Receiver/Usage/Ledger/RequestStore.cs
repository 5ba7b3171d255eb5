using Ccflux.Contracts.Usage;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Reads and writes single requests and turns. Their sums are kept by <see cref="LedgerRollups"/>.</summary>
internal static class RequestStore
{
    private const int Parameters = 21;

    [ThreadStatic]
    private static SqlParameter[]? s_values;

    /// <returns>False if a request with this key is already stored.</returns>
    public static bool TryInsert(WriteSession session, long user, in LedgerRequest request, long model, RequestHiding hiding) =>
        session.Execute(LedgerSql.InsertRequest, Values(user, request, model, hiding)) > 0;

    public static void Update(WriteSession session, long user, in LedgerRequest request, long model, RequestHiding hiding) =>
        session.Execute(LedgerSql.UpdateRequest, Values(user, request, model, hiding));

    /// <returns>The request, the id of its model, and why it counts in no sum; null if there is none.</returns>
    public static (LedgerRequest Request, long Model, RequestHiding Hiding)? Find(WriteSession session, long user, in RequestId id)
    {
        using var rows = session.Query(LedgerSql.SelectRequest, ("user", user), ("key", id.Key), ("subject", id.Subject));
        return rows.Read() ? (Read(rows, id), rows.Int64(3), (RequestHiding)rows.Int32(17)) : null;
    }

    /// <param name="session">The writer's.</param>
    /// <param name="sql">Columns: key and subject.</param>
    /// <param name="parameters">Of the statement.</param>
    public static List<RequestId> Ids(WriteSession session, string sql, params ReadOnlySpan<SqlParameter> parameters) =>
        session.List(sql, static rows => new RequestId(rows.Int64(0), rows.Int64(1)), parameters);

    public static void Hide(WriteSession session, long user, in RequestId id, RequestHiding hiding) =>
        session.Execute(LedgerSql.SetHiding, ("user", user), ("key", id.Key), ("subject", id.Subject), ("hidden", (int)hiding));

    public static void Delete(WriteSession session, long user, in RequestId id) =>
        session.Execute(LedgerSql.DeleteRequest, ("user", user), ("key", id.Key), ("subject", id.Subject));

    /// <returns>False if the turn is already stored.</returns>
    public static bool TryInsert(WriteSession session, long user, in LedgerTurn turn, bool isHidden) => session.Execute(
        LedgerSql.InsertTurn,
        ("user", user), ("turn", turn.Key), ("session", turn.Session), ("started_at", turn.Started), ("ended_at", turn.Ended), ("outcome", turn.Outcome),
        ("legacy", turn.IsLegacy), ("hidden", isHidden)) > 0;

    public static void Update(WriteSession session, long user, in LedgerTurn turn) => session.Execute(
        LedgerSql.UpdateTurn,
        ("user", user), ("turn", turn.Key), ("session", turn.Session), ("started_at", turn.Started), ("ended_at", turn.Ended), ("outcome", turn.Outcome));

    public static (LedgerTurn Turn, bool IsHidden)? FindTurn(WriteSession session, long user, long key)
    {
        using var rows = session.Query(LedgerSql.SelectTurn, ("user", user), ("turn", key));
        return rows.Read() ? (new LedgerTurn(key, rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Text(3), rows.Bool(4)), rows.Bool(5)) : null;
    }

    public static void DeleteTurn(WriteSession session, long user, long key) => session.Execute(LedgerSql.DeleteTurn, ("user", user), ("turn", key));

    private static LedgerRequest Read(Rows rows, in RequestId id)
    {
        var provenance = rows.Int32(6);
        return new LedgerRequest
        {
            Key = id.Key,
            Subject = id.Subject,
            At = rows.Int64(0),
            Session = rows.Int64(1),
            Turn = rows.Int64(2),
            Terms = PriceClass.TermsOf(rows.Int32(4)),
            Origin = (RequestOrigin)rows.Int32(5),
            Sources = RequestProvenance.Sources(provenance),
            NamedBy = RequestProvenance.NamedBy(provenance),
            SplitBy = RequestProvenance.SplitBy(provenance),
            SessionRank = RequestProvenance.SessionRank(provenance),
            IsFinal = RequestProvenance.IsFinal(provenance),
            Input = rows.Int64(7),
            Output = rows.Int64(8),
            CacheRead = rows.Int64(9),
            CacheWrite5m = rows.Int64(10),
            CacheWrite1h = rows.Int64(11),
            WebSearches = rows.Int32(12),
            Duration = rows.Int64OrNull(13),
            FirstToken = rows.Int64OrNull(14),
            StatedCost = rows.Int64OrNull(15),
            Model = rows.Text(16),
        };
    }

    private static SqlParameter[] Values(long user, in LedgerRequest request, long model, RequestHiding hiding)
    {
        var values = s_values ??= new SqlParameter[Parameters];
        values[0] = ("user", user);
        values[1] = ("hour", request.At / UnixTime.Hour);
        values[2] = ("key", request.Key);
        values[3] = ("at", request.At);
        values[4] = ("session", request.Session);
        values[5] = ("turn", request.Turn);
        values[6] = ("model", model);
        values[7] = ("price_class", request.PriceClass);
        values[8] = ("origin", (int)request.Origin);
        values[9] = ("provenance", RequestProvenance.Pack(request));
        values[10] = ("input", request.Input);
        values[11] = ("output", request.Output);
        values[12] = ("cache_read", request.CacheRead);
        values[13] = ("cache_write_5m", request.CacheWrite5m);
        values[14] = ("cache_write_1h", request.CacheWrite1h);
        values[15] = ("web_searches", request.WebSearches);
        values[16] = ("duration", request.Duration);
        values[17] = ("first_token", request.FirstToken);
        values[18] = ("stated_cost", request.StatedCost);
        values[19] = ("hidden", (int)hiding);
        values[20] = ("subject", request.Subject);
        return values;
    }
}
