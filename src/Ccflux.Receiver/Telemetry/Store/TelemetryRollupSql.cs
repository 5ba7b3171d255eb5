namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>SQL of rollups. Hours and days have the same columns; the latency that is written is already the sum of the old and the new.</summary>
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

    public const string SelectHourLatency = """
        SELECT latency FROM telemetry_hours
        WHERE hour = @time AND subject_id = @subject AND terminal_id = @terminal AND model_id = @model AND source = @source
        """;

    public const string SelectDayLatency = """
        SELECT latency FROM telemetry_days
        WHERE day = @time AND subject_id = @subject AND terminal_id = @terminal AND model_id = @model AND source = @source
        """;

    public const string AddHour = "INSERT INTO telemetry_hours (hour, " + RequestColumns;

    public const string AddDay = "INSERT INTO telemetry_days (day, " + RequestColumns;

    public const string SelectHourCountLatency = """
        SELECT latency FROM telemetry_hour_counts
        WHERE hour = @time AND subject_id = @subject AND terminal_id = @terminal AND kind = @kind AND name_id = @name AND detail_id = @detail
        """;

    public const string SelectDayCountLatency = """
        SELECT latency FROM telemetry_day_counts
        WHERE day = @time AND subject_id = @subject AND terminal_id = @terminal AND kind = @kind AND name_id = @name AND detail_id = @detail
        """;

    public const string AddHourCount = "INSERT INTO telemetry_hour_counts (hour, " + CountColumns;

    public const string AddDayCount = "INSERT INTO telemetry_day_counts (day, " + CountColumns;

    private const string RequestColumns = """
        subject_id, terminal_id, model_id, source, requests, errors,
            input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost, latency)
        VALUES (
            @time, @subject, @terminal, @model, @source, @requests, @errors,
            @input_tokens, @output_tokens, @cache_read_tokens, @cache_write_tokens, @cost, @latency)
        ON CONFLICT DO UPDATE SET
            requests = requests + excluded.requests,
            errors = errors + excluded.errors,
            input_tokens = CAST(input_tokens + excluded.input_tokens AS INTEGER),
            output_tokens = CAST(output_tokens + excluded.output_tokens AS INTEGER),
            cache_read_tokens = CAST(cache_read_tokens + excluded.cache_read_tokens AS INTEGER),
            cache_write_tokens = CAST(cache_write_tokens + excluded.cache_write_tokens AS INTEGER),
            cost = CAST(cost + excluded.cost AS INTEGER),
            latency = coalesce(excluded.latency, latency)
        """;

    private const string CountColumns = """
        subject_id, terminal_id, kind, name_id, detail_id, count, latency)
        VALUES (@time, @subject, @terminal, @kind, @name, @detail, @count, @latency)
        ON CONFLICT DO UPDATE SET count = CAST(count + excluded.count AS INTEGER), latency = coalesce(excluded.latency, latency)
        """;
}
