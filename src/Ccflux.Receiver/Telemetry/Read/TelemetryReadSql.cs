using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>SQL of the telemetry pages. <c>people</c> maps a subject to its person: a token's user, a claimed e-mail address, a mapped installation. Only the
/// first and the last have a user: what a sender claims belongs to nobody, and is read by those only who may read about everybody.</summary>
internal static class TelemetryReadSql
{
    public const string HasAny = "SELECT 1 WHERE EXISTS (SELECT 1 FROM telemetry_days) OR EXISTS (SELECT 1 FROM telemetry_day_counts)";

    public const string StoreId = "SELECT store_id FROM store";

    public const string Names = "SELECT name_id, name FROM telemetry_names";

    public const string Subjects = People + "SELECT subject_id, person, division, kind, user_id FROM people";

    /// <summary>The names offered by filters that somebody has sent.</summary>
    public const string OfferedNames = "SELECT DISTINCT category, name_id FROM telemetry_subject_names WHERE category IN ('model', 'terminal')";

    /// <summary>The newest five whole clock hours: for each, the requests of its events and the sums of its metrics.</summary>
    public const string WindowHours = """
        SELECT subject_id, terminal_id, model_id,
               CAST(total(input_tokens) AS bigint), CAST(total(output_tokens) AS bigint),
               CAST(total(cache_read_tokens) AS bigint), CAST(total(cache_write_tokens) AS bigint)
        FROM telemetry_hours
        WHERE (hour > @oldest_hour OR (hour = @oldest_hour AND source = 'metrics')) AND hour <= @now_hour AND source <> 'shadowed'
        GROUP BY subject_id, terminal_id, model_id
        """;

    /// <summary>The part of the oldest hour that is less than five hours ago, from its events.</summary>
    public const string WindowEvents = $"""
        SELECT e.subject_id, s.terminal_id, e.model_id,
               CAST(total(e.input_tokens) AS bigint), CAST(total(e.output_tokens) AS bigint),
               CAST(total(e.cache_read_tokens) AS bigint), CAST(total(e.cache_write_tokens) AS bigint)
        FROM telemetry_events e JOIN telemetry_sessions s ON s.session_ref = e.session_ref
        WHERE e.at > @from AND e.at < (@oldest_hour + 1) * {UnixTime.SqlHour} AND e.kind = 'api_request'
        GROUP BY e.subject_id, s.terminal_id, e.model_id
        """;

    /// <summary>Plans as the admin set them.</summary>
    public const string Plans = "SELECT person, plan FROM telemetry_plans";

    /// <summary>Everything that anyone stated.</summary>
    public const string Labels = "SELECT subject_id, name, value, first_at, last_at FROM telemetry_labels";

    /// <summary>Each subject of a person with what it stated; one row without a name for a subject that stated nothing.</summary>
    public const string LabelsOfPerson = People + $"""
        SELECT p.kind, l.name, l.value, l.first_at, l.last_at
        FROM people p LEFT JOIN telemetry_labels l ON l.subject_id = p.subject_id
        WHERE p.person = @person AND {OfPerson}
        """;

    /// <summary>Names that were not recognised.</summary>
    public const string Seen = "SELECT kind, name, count, first_at, last_at FROM telemetry_seen ORDER BY kind, count DESC, name";

    public const string Installs = $"""
        SELECT s.subject_id, s.name, u.email, s.first_at
        FROM telemetry_subjects s LEFT JOIN users u ON u.user_id = s.user_id
        WHERE s.kind = 'install' AND {ScopeSql.OfUser}
        ORDER BY s.first_at DESC, s.subject_id DESC LIMIT 1000
        """;

    public const string Install = $"""
        SELECT s.name, u.email FROM telemetry_subjects s LEFT JOIN users u ON u.user_id = s.user_id
        WHERE s.subject_id = @subject AND s.kind = 'install' AND {ScopeSql.OfUser}
        """;

    /// <summary>The newest requests.</summary>
    public const string RecentCalls = Calls + "WHERE e.at >= @from AND e.at < @until AND e.kind = 'api_request'" + CallScope;

    /// <summary>The newest requests of a person, by subject, because a walk back in time may pass everyone else's.</summary>
    public const string RecentCallsOfPerson = Calls + """
        WHERE e.subject_id = ANY(@subjects) AND e.at >= @from AND e.at < @until AND e.kind = 'api_request'
        """ + CallScope;

    public const string CountCalls = "SELECT count(*) FROM (" + RecentCalls + ") AS calls";

    public const string CountCallsOfPerson = "SELECT count(*) FROM (" + RecentCallsOfPerson + ") AS calls";

    public const string IsUser = $"""
        SELECT 1 FROM users u WHERE u.email = @email AND {ScopeSql.OfUser}
        """;

    public const string IsPerson = People + $"""
        SELECT 1 FROM people p WHERE p.person = @person AND {OfPerson}
        """;

    /// <summary>The newest tokens of a user, as many as a page shows.</summary>
    public const string Tokens = $"""
        SELECT t.created_at, t.revoked_at
        FROM telemetry_tokens t JOIN users u ON u.user_id = t.user_id
        WHERE u.email = @email AND {ScopeSql.OfUser}
        ORDER BY t.created_at DESC LIMIT 100
        """;

    /// <summary>Sessions of a person with what each source states about them. The last column is 0 for metrics of a session that has events.</summary>
    public const string SessionUsage = People + $"""
        SELECT s.session_id, m.name, q.name, max(s.last_at),
               CAST(total(x.input_tokens) AS bigint), CAST(total(x.output_tokens) AS bigint),
               CAST(total(x.cache_read_tokens) AS bigint), CAST(total(x.cache_write_tokens) AS bigint), CASE WHEN s.has_events = 1 AND x.source = 'metrics' THEN 0 ELSE 1 END
        FROM telemetry_sessions s
        JOIN people p ON p.subject_id = s.subject_id
        JOIN telemetry_session_usage x ON x.subject_id = s.subject_id AND x.session_ref = s.session_ref
        JOIN telemetry_names m ON m.name_id = x.model_id JOIN telemetry_names q ON q.name_id = x.query_id
        WHERE p.person = @user AND {OfPerson}
          AND s.anonymous = 0 AND s.last_at >= @from AND s.first_at < @until
        GROUP BY s.session_id, m.name, q.name, CASE WHEN s.has_events = 1 AND x.source = 'metrics' THEN 0 ELSE 1 END
        """;

    private const string OfPerson =
        "(@scope_all = 1 OR p.user_id = @scope_user OR (p.user_id IS NOT NULL AND p.division = ANY(@scope_divisions)))";

    private const string People = """
        WITH people AS MATERIALIZED (
            SELECT s.subject_id, s.kind,
                   coalesce(u.email, CASE s.kind WHEN 'claimed' THEN s.name WHEN 'install' THEN 'unattributed ' || s.name ELSE 'other' END) AS person,
                   coalesce(u.division, c.division, '') AS division, u.user_id AS user_id
            FROM telemetry_subjects s
            LEFT JOIN users u ON u.user_id = s.user_id
            LEFT JOIN users c ON s.kind = 'claimed' AND c.email = s.name)

        """;

    private const string Calls = """
        SELECT e.event_id, e.at, e.subject_id, e.model_id, coalesce(q.name, ''), e.request_id,
               e.input_tokens, e.output_tokens, e.cache_read_tokens, e.cache_write_tokens, e.cost, e.duration_ms
        FROM telemetry_events e
        JOIN telemetry_sessions s ON s.session_ref = e.session_ref
        LEFT JOIN telemetry_names q ON q.name_id = e.source_id

        """;

    private const string CallScope = """

          AND (e.at < @before_at OR e.event_id < @before_id)
          AND (CAST(@model AS bigint) IS NULL OR e.model_id = @model)
          AND (CAST(@terminal AS bigint) IS NULL OR s.terminal_id = @terminal)
          AND (@everybody = 1 OR e.subject_id = ANY(@subjects))
        ORDER BY e.at DESC, e.event_id DESC LIMIT @limit OFFSET @offset
        """;
}
