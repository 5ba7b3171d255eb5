namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>What is read of days.</summary>
internal static class DaySql
{
    public const string Versions = """
        SELECT day, version FROM usage_day_versions WHERE day BETWEEN $from AND $to
        """;

    public const string Usage = """
        SELECT user_id, model_id, events, messages, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens,
               over_100k_input_tokens, over_100k_output_tokens, over_100k_cache_read_tokens, over_100k_cache_write_tokens, over_100k_cache_write_1h_tokens,
               over_200k_input_tokens, over_200k_output_tokens, over_200k_cache_read_tokens, over_200k_cache_write_tokens, over_200k_cache_write_1h_tokens,
               fast_input_tokens, fast_output_tokens, fast_cache_read_tokens, fast_cache_write_tokens, fast_cache_write_1h_tokens
        FROM usage_days WHERE day = $day ORDER BY user_id, model_id
        """;

    public const string Turns = """
        SELECT user_id, turns, failed FROM user_days WHERE day = $day ORDER BY user_id
        """;

    public const string Sessions = """
        SELECT user_id, prev_day, count(*) FROM session_days WHERE day = $day GROUP BY user_id, prev_day
        """;

    public const string Windows = """
        SELECT user_id, start_at, last_at, turns, sessions, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens
        FROM usage_windows WHERE start_at >= $from AND start_at < $to
        """;

    /// <summary>Sums of whole days by model: what the cost of all time needs. The columns from the fourth on are those of <see cref="Usage"/> from the fifth on.</summary>
    public const string Models = """
        SELECT day, model_id, sum(events), sum(messages), CAST(total(input_tokens) AS INTEGER), CAST(total(output_tokens) AS INTEGER), CAST(total(cache_read_tokens) AS INTEGER), CAST(total(cache_write_tokens) AS INTEGER), CAST(total(cache_write_1h_tokens) AS INTEGER),
               CAST(total(over_100k_input_tokens) AS INTEGER), CAST(total(over_100k_output_tokens) AS INTEGER), CAST(total(over_100k_cache_read_tokens) AS INTEGER), CAST(total(over_100k_cache_write_tokens) AS INTEGER), CAST(total(over_100k_cache_write_1h_tokens) AS INTEGER),
               CAST(total(over_200k_input_tokens) AS INTEGER), CAST(total(over_200k_output_tokens) AS INTEGER), CAST(total(over_200k_cache_read_tokens) AS INTEGER), CAST(total(over_200k_cache_write_tokens) AS INTEGER), CAST(total(over_200k_cache_write_1h_tokens) AS INTEGER),
               CAST(total(fast_input_tokens) AS INTEGER), CAST(total(fast_output_tokens) AS INTEGER), CAST(total(fast_cache_read_tokens) AS INTEGER), CAST(total(fast_cache_write_tokens) AS INTEGER), CAST(total(fast_cache_write_1h_tokens) AS INTEGER)
        FROM usage_days WHERE day BETWEEN $from AND $to GROUP BY day, model_id
        """;

    /// <summary>The same for chosen users.</summary>
    public const string ModelsOfUsers = """
        SELECT day, model_id, sum(events), sum(messages), CAST(total(input_tokens) AS INTEGER), CAST(total(output_tokens) AS INTEGER), CAST(total(cache_read_tokens) AS INTEGER), CAST(total(cache_write_tokens) AS INTEGER), CAST(total(cache_write_1h_tokens) AS INTEGER),
               CAST(total(over_100k_input_tokens) AS INTEGER), CAST(total(over_100k_output_tokens) AS INTEGER), CAST(total(over_100k_cache_read_tokens) AS INTEGER), CAST(total(over_100k_cache_write_tokens) AS INTEGER), CAST(total(over_100k_cache_write_1h_tokens) AS INTEGER),
               CAST(total(over_200k_input_tokens) AS INTEGER), CAST(total(over_200k_output_tokens) AS INTEGER), CAST(total(over_200k_cache_read_tokens) AS INTEGER), CAST(total(over_200k_cache_write_tokens) AS INTEGER), CAST(total(over_200k_cache_write_1h_tokens) AS INTEGER),
               CAST(total(fast_input_tokens) AS INTEGER), CAST(total(fast_output_tokens) AS INTEGER), CAST(total(fast_cache_read_tokens) AS INTEGER), CAST(total(fast_cache_write_tokens) AS INTEGER), CAST(total(fast_cache_write_1h_tokens) AS INTEGER)
        FROM usage_days
        WHERE day IN (SELECT day FROM usage_day_versions) AND user_id IN (SELECT value FROM json_each($users))
        GROUP BY day, model_id
        """;
}
