namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>SQL that reads whole hours and days: of everyone, or of some subjects by their keys. Only counts that pages show are read.</summary>
internal static class CellsSql
{
    public const string Versions = "SELECT day, version FROM telemetry_day_versions WHERE day BETWEEN @from AND @to ORDER BY day";

    public const string DayRequests = Requests + "FROM telemetry_days t WHERE day = @time AND source <> 'shadowed'";

    public const string HourRequests = Requests + "FROM telemetry_hours t WHERE hour = @time AND source <> 'shadowed'";

    public const string DayCounts = Counts + "FROM telemetry_day_counts t WHERE day = @time" + Shown;

    public const string HourCounts = Counts + "FROM telemetry_hour_counts t WHERE hour = @time" + Shown;

    /// <summary>The buckets of hours or of a day, of everybody: a row for each writer.</summary>
    public const string Durations = """
        SELECT period, is_tool, name_id, terminal_id, bucket, count FROM telemetry_duration_sums WHERE is_day = @is_day AND period BETWEEN @first AND @last
        """;

    /// <summary>The buckets of the hours of a day; <c>@subjects</c> is a JSON array, as in all of these.</summary>
    public const string DurationsOf = """
        SELECT t.day * 24 + t.hour_of_day, t.is_tool, t.name_id, t.terminal_id, t.bucket, t.count
        FROM json_each(@subjects) s CROSS JOIN telemetry_durations t ON t.subject_id = s.value WHERE t.day = @day
        """;

    public const string DayRequestsOf =
        Requests + "FROM json_each(@subjects) s CROSS JOIN telemetry_days t ON t.subject_id = s.value WHERE t.day = @time AND t.source <> 'shadowed'";

    public const string HourRequestsOf =
        Requests + "FROM json_each(@subjects) s CROSS JOIN telemetry_hours t ON t.subject_id = s.value WHERE t.hour = @time AND t.source <> 'shadowed'";

    public const string DayCountsOf =
        Counts + "FROM json_each(@subjects) s CROSS JOIN telemetry_day_counts t ON t.subject_id = s.value WHERE t.day = @time" + Shown;

    public const string HourCountsOf =
        Counts + "FROM json_each(@subjects) s CROSS JOIN telemetry_hour_counts t ON t.subject_id = s.value WHERE t.hour = @time" + Shown;

    private const string Requests =
        "SELECT t.subject_id, t.terminal_id, t.model_id, t.requests, t.errors, t.input_tokens, t.output_tokens, t.cache_read_tokens, t.cache_write_tokens, t.cost ";

    private const string Counts = "SELECT t.subject_id, t.terminal_id, t.kind, t.name_id, t.detail_id, t.count ";

    private const string Shown = """
         AND t.kind IN ('session', 'session_anonymous', 'conversation', 'error', 'tool', 'decision', 'edit_decision', 'active_time', 'lines', 'commit', 'pull_request')
        """;
}
