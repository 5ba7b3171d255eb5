namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>SQL that reads whole hours and days: of everyone, or of some subjects by their keys. Only counts that pages show are read.</summary>
internal static class CellsSql
{
    public const string Versions = "SELECT day, version FROM telemetry_day_versions WHERE day BETWEEN ? AND ? ORDER BY day";

    public const string DayRequests = Requests + "FROM telemetry_days t WHERE day = ? AND source <> 'shadowed'";

    public const string HourRequests = Requests + "FROM telemetry_hours t WHERE hour = ? AND source <> 'shadowed'";

    public const string DayCounts = Counts + "FROM telemetry_day_counts t WHERE day = ?" + Shown;

    public const string HourCounts = Counts + "FROM telemetry_hour_counts t WHERE hour = ?" + Shown;

    /// <summary>Parameters of these: subjects as a JSON array, hour or day.</summary>
    public const string DayRequestsOf = Requests + "FROM json_each(?1) s CROSS JOIN telemetry_days t ON t.subject_id = s.value WHERE t.day = ?2 AND t.source <> 'shadowed'";

    public const string HourRequestsOf = Requests + "FROM json_each(?1) s CROSS JOIN telemetry_hours t ON t.subject_id = s.value WHERE t.hour = ?2 AND t.source <> 'shadowed'";

    public const string DayCountsOf = Counts + "FROM json_each(?1) s CROSS JOIN telemetry_day_counts t ON t.subject_id = s.value WHERE t.day = ?2" + Shown;

    public const string HourCountsOf = Counts + "FROM json_each(?1) s CROSS JOIN telemetry_hour_counts t ON t.subject_id = s.value WHERE t.hour = ?2" + Shown;

    private const string Requests =
        "SELECT t.subject_id, t.terminal_id, t.model_id, t.requests, t.errors, t.input_tokens, t.output_tokens, t.cache_read_tokens, t.cache_write_tokens, t.cost, t.latency ";

    private const string Counts = "SELECT t.subject_id, t.terminal_id, t.kind, t.name_id, t.detail_id, t.count, t.latency ";

    private const string Shown = """
         AND t.kind IN ('session', 'session_anonymous', 'conversation', 'error', 'tool', 'decision', 'edit_decision', 'active_time', 'lines', 'commit', 'pull_request')
        """;
}
