namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>Reads of whole hours and days. The counts are those that pages show.</summary>
internal static class CellsSql
{
    public const string Versions = "SELECT day, version FROM telemetry_day_versions WHERE day BETWEEN ? AND ? ORDER BY day";

    private const string Requests = "SELECT subject_id, terminal_id, model_id, requests, errors, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost, latency ";

    public const string DayRequests = Requests + "FROM telemetry_days WHERE day = ? AND source <> 'shadowed'";

    public const string HourRequests = Requests + "FROM telemetry_hours WHERE hour = ? AND source <> 'shadowed'";

    public const string DayCounts = Counts + "FROM telemetry_day_counts WHERE day = ?" + Shown;

    public const string HourCounts = Counts + "FROM telemetry_hour_counts WHERE hour = ?" + Shown;

    private const string Counts = "SELECT subject_id, terminal_id, kind, name_id, detail_id, count, latency ";

    private const string Shown = """
         AND kind IN ('session', 'session_anonymous', 'conversation', 'error', 'tool', 'decision', 'edit_decision', 'active_time', 'lines', 'commit', 'pull_request')
        """;
}
