using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Statements that read days of the organisation's time zone.</summary>
internal static class DaySql
{
    private const string Columns = """
        requests, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches
        """;

    /// <summary>A figure that somebody changed manually must not stop a page: total() cannot overflow. It is exact up to 2^53.</summary>
    private const string Sums = """
        CAST(sum(requests) AS bigint), CAST(total(input_tokens) AS bigint), CAST(total(output_tokens) AS bigint), CAST(total(cache_read_tokens) AS bigint),
        CAST(total(cache_write_5m_tokens) AS bigint), CAST(total(cache_write_1h_tokens) AS bigint), CAST(sum(web_searches) AS bigint)
        """;

    private const string RequestSums = $"""
        CAST(sum({LedgerSql.One}) AS bigint), CAST(total(r.input_tokens) AS bigint), CAST(total(r.output_tokens) AS bigint), CAST(total(r.cache_read_tokens) AS bigint),
        CAST(total(r.cache_write_5m_tokens) AS bigint), CAST(total(r.cache_write_1h_tokens) AS bigint), CAST(sum(r.web_searches) AS bigint)
        """;

    /// <summary>The requests of a part of a day. CROSS makes SQLite begin with the day's users: the requests are ordered by user and hour.</summary>
    private const string PartOfDay = """
        FROM user_days d
        CROSS JOIN requests r
        WHERE d.day = @day AND r.user_id = d.user_id AND r.hour >= @from / 3600000 AND r.hour <= @until / 3600000 AND r.at >= @from AND r.at < @until AND r.hidden = 0
        """;

    /// <summary>The active day before another of the same session; -1 if there is none.</summary>
    private const string PreviousDay = """
        coalesce((SELECT max(p.day) FROM session_days p WHERE p.user_id = s.user_id AND p.session_key = s.session_key AND p.day < @day), -1)
        """;

    public const string Versions = """
        SELECT day, CAST(sum(version) AS bigint) FROM usage_day_versions WHERE day BETWEEN @from AND @to GROUP BY day ORDER BY day
        """;

    public const string Usage = $"""
        SELECT user_id, model_id, price_class, {Columns} FROM usage_days WHERE day = @day ORDER BY user_id, model_id, price_class
        """;

    /// <summary>A day's usage by slot, which is the last column.</summary>
    public const string SlotUsage = """
        SELECT h.user_id, h.model_id, h.price_class, h.requests, h.input_tokens, h.output_tokens, h.cache_read_tokens, h.cache_write_5m_tokens, h.cache_write_1h_tokens,
               h.web_searches, h.slot
        FROM user_days d
        CROSS JOIN usage_hours h
        WHERE d.day = @day AND h.user_id = d.user_id AND h.slot >= @from AND h.slot < @until
        ORDER BY h.user_id, h.model_id, h.slot, h.price_class
        """;

    public const string Events = """
        SELECT user_id, model_id, events FROM event_days WHERE day = @day ORDER BY user_id, model_id
        """;

    public const string Turns = """
        SELECT user_id, turns, failed FROM user_days WHERE day = @day ORDER BY user_id
        """;

    public const string Sessions = $"""
        SELECT user_id, previous, count(*)
        FROM (SELECT s.user_id, {PreviousDay} AS previous FROM session_days s WHERE s.day = @day) active
        GROUP BY user_id, previous
        """;

    /// <summary>The columns of <see cref="Usage"/>, of the requests from one instant until before another within a day.</summary>
    public const string PartUsage = $"""
        SELECT r.user_id, r.model_id, r.price_class, {RequestSums}
        {PartOfDay}
        GROUP BY r.user_id, r.model_id, r.price_class
        ORDER BY r.user_id, r.model_id, r.price_class
        """;

    public const string PartEvents = $"""
        SELECT user_id, model_id, count(*)
        FROM (SELECT DISTINCT r.user_id, r.model_id, CASE WHEN r.turn_key = 0 THEN r.session_key ELSE r.turn_key END AS turn_key {PartOfDay}) events
        GROUP BY user_id, model_id
        ORDER BY user_id, model_id
        """;

    public const string PartTurns = """
        SELECT t.user_id, count(*), count(*) FILTER (WHERE t.outcome = 'failed')
        FROM user_days d
        CROSS JOIN turns t
        WHERE d.day = @day AND t.user_id = d.user_id AND t.started_at >= @from AND t.started_at < @until AND t.hidden = 0
        GROUP BY t.user_id ORDER BY t.user_id
        """;

    public const string PartSessions = $"""
        SELECT user_id, previous, count(*)
        FROM (SELECT s.user_id, {PreviousDay} AS previous
              FROM (SELECT r.user_id, r.session_key {PartOfDay} AND r.session_key <> 0
                    UNION
                    SELECT t.user_id, t.session_key
                    FROM user_days d CROSS JOIN turns t
                    WHERE d.day = @day AND t.user_id = d.user_id AND t.started_at >= @from AND t.started_at < @until AND t.hidden = 0) s) active
        GROUP BY user_id, previous
        """;

    /// <summary>Sums of whole days by model, for the list-price value over all time: the columns of <see cref="Usage"/>, with the day in place of the user.</summary>
    public const string Models = $"""
        SELECT day, model_id, price_class, {Sums}
        FROM usage_days WHERE day BETWEEN @from AND @to GROUP BY day, model_id, price_class ORDER BY day, model_id, price_class
        """;

    /// <summary>The same for selected users.</summary>
    public const string ModelsOfUsers = $"""
        SELECT day, model_id, price_class, {Sums}
        FROM usage_days
        WHERE day IN (SELECT day FROM usage_day_versions) AND user_id = ANY(@users)
        GROUP BY day, model_id, price_class ORDER BY day, model_id, price_class
        """;
}
