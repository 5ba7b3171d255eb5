namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>SQL of rollups: each statement adds to what is stored. Hours and days have the same columns.</summary>
internal static class TelemetryRollupSql
{
    public const string AddSessionUsage = """
        INSERT INTO telemetry_session_usage (
            subject_id, session_ref, source, hour, model_id, terminal_id, query_id,
            requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost)
        VALUES (
            @subject, @session, @source, @hour, @model, @terminal, @query,
            @requests, @input_tokens, @output_tokens, @cache_read_tokens, @cache_write_tokens, @cost)
        ON CONFLICT DO UPDATE SET
            requests = requests + excluded.requests,
            input_tokens = CAST(input_tokens + excluded.input_tokens AS INTEGER),
            output_tokens = CAST(output_tokens + excluded.output_tokens AS INTEGER),
            cache_read_tokens = CAST(cache_read_tokens + excluded.cache_read_tokens AS INTEGER),
            cache_write_tokens = CAST(cache_write_tokens + excluded.cache_write_tokens AS INTEGER),
            cost = CAST(cost + excluded.cost AS INTEGER)
        """;

    public const string SelectSessionMetrics = """
        SELECT hour, model_id, terminal_id, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost
        FROM telemetry_session_usage
        WHERE subject_id = @subject AND session_ref = @session AND source = 'metrics'
        """;

    public const string AddHour = "INSERT INTO telemetry_hours (hour, " + RequestColumns;

    public const string AddDay = "INSERT INTO telemetry_days (day, " + RequestColumns;

    public const string AddHourCount = "INSERT INTO telemetry_hour_counts (hour, " + CountColumns;

    public const string AddDayCount = "INSERT INTO telemetry_day_counts (day, " + CountColumns;

    public const string AddDuration = """
        INSERT INTO telemetry_durations (subject_id, day, hour_of_day, terminal_id, is_tool, name_id, bucket, count)
        VALUES (@subject, @day, @hour_of_day, @terminal, @is_tool, @name, @bucket, @count)
        ON CONFLICT (subject_id, day, hour_of_day, terminal_id, is_tool, name_id, bucket) DO UPDATE SET count = telemetry_durations.count + excluded.count
        """;

    /// <summary>Adds to a sum over everybody. A row of its own for each writer: they never wait for each other.</summary>
    public const string AddDurationSum = """
        INSERT INTO telemetry_duration_sums (is_day, period, is_tool, name_id, terminal_id, bucket, writer, count)
        VALUES (@is_day, @period, @is_tool, @name, @terminal, @bucket, @writer, @count)
        ON CONFLICT (is_day, period, is_tool, name_id, terminal_id, bucket, writer) DO UPDATE SET count = telemetry_duration_sums.count + excluded.count
        """;

    /// <summary>What each writer added to a sum.</summary>
    public const string SelectDurationSums = $"SELECT writer, count FROM telemetry_duration_sums {OfDurationSum} ORDER BY writer FOR UPDATE";

    public const string ShrinkDurationSum = $"UPDATE telemetry_duration_sums SET count = count - @count {OfDurationSum} AND writer = @writer";

    public const string DeleteDurationSum = $"DELETE FROM telemetry_duration_sums {OfDurationSum} AND writer = @writer";

    private const string OfDurationSum =
        "WHERE is_day = @is_day AND period = @period AND is_tool = @is_tool AND name_id = @name AND terminal_id = @terminal AND bucket = @bucket";

    private const string RequestColumns = """
        subject_id, terminal_id, model_id, source, requests, errors,
            input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost)
        VALUES (
            @time, @subject, @terminal, @model, @source, @requests, @errors,
            @input_tokens, @output_tokens, @cache_read_tokens, @cache_write_tokens, @cost)
        ON CONFLICT DO UPDATE SET
            requests = requests + excluded.requests,
            errors = errors + excluded.errors,
            input_tokens = CAST(input_tokens + excluded.input_tokens AS INTEGER),
            output_tokens = CAST(output_tokens + excluded.output_tokens AS INTEGER),
            cache_read_tokens = CAST(cache_read_tokens + excluded.cache_read_tokens AS INTEGER),
            cache_write_tokens = CAST(cache_write_tokens + excluded.cache_write_tokens AS INTEGER),
            cost = CAST(cost + excluded.cost AS INTEGER)
        """;

    private const string CountColumns = """
        subject_id, terminal_id, kind, name_id, detail_id, count)
        VALUES (@time, @subject, @terminal, @kind, @name, @detail, @count)
        ON CONFLICT DO UPDATE SET count = CAST(count + excluded.count AS INTEGER)
        """;
}
