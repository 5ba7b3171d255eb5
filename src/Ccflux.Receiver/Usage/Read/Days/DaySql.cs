using Ccflux.Receiver.Usage.Read.Snapshots;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Statements that read days.</summary>
internal static class DaySql
{
    private const string DaySums = """
        CAST(total(input_tokens) AS bigint), CAST(total(output_tokens) AS bigint), CAST(total(cache_read_tokens) AS bigint), CAST(total(cache_write_tokens) AS bigint), CAST(total(cache_write_1h_tokens) AS bigint),
        CAST(total(over_100k_input_tokens) AS bigint), CAST(total(over_100k_output_tokens) AS bigint), CAST(total(over_100k_cache_read_tokens) AS bigint), CAST(total(over_100k_cache_write_tokens) AS bigint), CAST(total(over_100k_cache_write_1h_tokens) AS bigint),
        CAST(total(over_200k_input_tokens) AS bigint), CAST(total(over_200k_output_tokens) AS bigint), CAST(total(over_200k_cache_read_tokens) AS bigint), CAST(total(over_200k_cache_write_tokens) AS bigint), CAST(total(over_200k_cache_write_1h_tokens) AS bigint),
        CAST(total(fast_input_tokens) AS bigint), CAST(total(fast_output_tokens) AS bigint), CAST(total(fast_cache_read_tokens) AS bigint), CAST(total(fast_cache_write_tokens) AS bigint), CAST(total(fast_cache_write_1h_tokens) AS bigint)
        """;

    private const string EventSums = """
        CAST(total(e.input_tokens) AS bigint), CAST(total(e.output_tokens) AS bigint), CAST(total(e.cache_read_tokens) AS bigint), CAST(total(e.cache_write_tokens) AS bigint), CAST(total(e.cache_write_1h_tokens) AS bigint),
        CAST(total(e.over_100k_input_tokens) AS bigint), CAST(total(e.over_100k_output_tokens) AS bigint), CAST(total(e.over_100k_cache_read_tokens) AS bigint), CAST(total(e.over_100k_cache_write_tokens) AS bigint), CAST(total(e.over_100k_cache_write_1h_tokens) AS bigint),
        CAST(total(e.over_200k_input_tokens) AS bigint), CAST(total(e.over_200k_output_tokens) AS bigint), CAST(total(e.over_200k_cache_read_tokens) AS bigint), CAST(total(e.over_200k_cache_write_tokens) AS bigint), CAST(total(e.over_200k_cache_write_1h_tokens) AS bigint),
        CAST(total(e.fast_input_tokens) AS bigint), CAST(total(e.fast_output_tokens) AS bigint), CAST(total(e.fast_cache_read_tokens) AS bigint), CAST(total(e.fast_cache_write_tokens) AS bigint), CAST(total(e.fast_cache_write_1h_tokens) AS bigint)
        """;

    /// <summary>CROSS makes SQLite keep this order of the tables, as in <see cref="UsageReadSql.SessionModels"/>.</summary>
    private const string PartEvents = """
        FROM user_days d
        CROSS JOIN turns t
        CROSS JOIN events e
        WHERE d.day = @day
          AND t.user_id = d.user_id AND t.ended_at >= @from AND t.ended_at < @until
          AND e.user_id = t.user_id AND e.turn_id = t.turn_id
        """;

    public const string Versions = """
        SELECT day, version FROM usage_day_versions WHERE day BETWEEN @from AND @to ORDER BY day
        """;

    public const string Usage = """
        SELECT user_id, model_id, events, messages, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens,
               over_100k_input_tokens, over_100k_output_tokens, over_100k_cache_read_tokens, over_100k_cache_write_tokens, over_100k_cache_write_1h_tokens,
               over_200k_input_tokens, over_200k_output_tokens, over_200k_cache_read_tokens, over_200k_cache_write_tokens, over_200k_cache_write_1h_tokens,
               fast_input_tokens, fast_output_tokens, fast_cache_read_tokens, fast_cache_write_tokens, fast_cache_write_1h_tokens
        FROM usage_days WHERE day = @day ORDER BY user_id, model_id
        """;

    public const string Turns = """
        SELECT user_id, turns, failed FROM user_days WHERE day = @day ORDER BY user_id
        """;

    public const string Sessions = """
        SELECT user_id, prev_day, count(*) FROM session_days WHERE day = @day GROUP BY user_id, prev_day
        """;

    /// <summary>A part of a day, from its users' turns that ended from one instant until before another. The columns are those of
    /// <see cref="Usage"/>.</summary>
    public const string PartUsage = $"""
        SELECT e.user_id, e.model_id, count(*), CAST(sum(e.messages) AS bigint),
               {EventSums}
        {PartEvents}
        GROUP BY e.user_id, e.model_id
        ORDER BY e.user_id, e.model_id
        """;

    /// <summary>The same by hour. The last column is the hour since 1970.</summary>
    public const string HourUsage = $"""
        SELECT e.user_id, e.model_id, count(*), CAST(sum(e.messages) AS bigint), {EventSums}, t.ended_at / {UnixTime.SqlHour} AS hour
        {PartEvents}
        GROUP BY hour, e.user_id, e.model_id
        ORDER BY hour, e.user_id, e.model_id
        """;

    /// <summary>The turns of the same part.</summary>
    public const string PartTurns = """
        SELECT t.user_id, count(*), count(*) FILTER (WHERE t.outcome = 'failed')
        FROM user_days d CROSS JOIN turns t
        WHERE d.day = @day AND t.user_id = d.user_id AND t.ended_at >= @from AND t.ended_at < @until
        GROUP BY t.user_id ORDER BY t.user_id
        """;

    /// <summary>The sessions of the same part, as in <see cref="Sessions"/>.</summary>
    public const string PartSessions = """
        SELECT t.user_id, s.prev_day, count(DISTINCT t.session_ref)
        FROM user_days d
        CROSS JOIN turns t
        CROSS JOIN session_days s
        WHERE d.day = @day
          AND t.user_id = d.user_id AND t.ended_at >= @from AND t.ended_at < @until
          AND s.day = d.day AND s.user_id = t.user_id AND s.session_ref = t.session_ref
        GROUP BY t.user_id, s.prev_day
        """;

    public const string Windows = """
        SELECT user_id, start_at, last_at, turns, sessions, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens
        FROM usage_windows WHERE start_at >= @from AND start_at < @until
        """;

    /// <summary>Sums of whole days by model, for the list-price value over all time. The columns from the fourth on match those of <see cref="Usage"/> from the fifth on.</summary>
    public const string Models = $"""
        SELECT day, model_id, CAST(sum(events) AS bigint), CAST(sum(messages) AS bigint), {DaySums}
        FROM usage_days WHERE day BETWEEN @from AND @to GROUP BY day, model_id
        """;

    /// <summary>The same for selected users.</summary>
    public const string ModelsOfUsers = $"""
        SELECT day, model_id, CAST(sum(events) AS bigint), CAST(sum(messages) AS bigint), {DaySums}
        FROM usage_days
        WHERE day IN (SELECT day FROM usage_day_versions) AND user_id = ANY(@users)
        GROUP BY day, model_id
        """;
}
