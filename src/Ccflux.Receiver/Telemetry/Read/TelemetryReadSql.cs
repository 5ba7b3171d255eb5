namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>Reads of the telemetry pages. <c>people</c> says whose a subject is: a token's user, a claimed address, a mapped installation.</summary>
internal static class TelemetryReadSql
{
    public const string HasAny = "SELECT EXISTS (SELECT 1 FROM telemetry_days) OR EXISTS (SELECT 1 FROM telemetry_day_counts)";

    /// <summary>Both periods by day and model.</summary>
    public const string DayModels = People + """
        SELECT d.day AS Time, m.name AS Model, sum(d.requests) AS Requests, sum(d.errors) AS Errors, sum(d.input_tokens) AS Input, sum(d.output_tokens) AS Output,
               sum(d.cache_read_tokens) AS CacheRead, sum(d.cache_write_tokens) AS CacheWrite, sum(d.cost) AS Cost
        FROM telemetry_days d
        JOIN people p ON p.subject_id = d.subject_id JOIN telemetry_names m ON m.name_id = d.model_id JOIN telemetry_names t ON t.name_id = d.terminal_id
        WHERE d.day >= @FirstDayBefore AND d.day < @EndDay AND d.source <> 'shadowed'
        """ + Scope + " GROUP BY d.day, m.name";

    public const string HourModels = People + """
        SELECT d.hour AS Time, m.name AS Model, sum(d.requests) AS Requests, sum(d.errors) AS Errors, sum(d.input_tokens) AS Input, sum(d.output_tokens) AS Output,
               sum(d.cache_read_tokens) AS CacheRead, sum(d.cache_write_tokens) AS CacheWrite, sum(d.cost) AS Cost
        FROM telemetry_hours d
        JOIN people p ON p.subject_id = d.subject_id JOIN telemetry_names m ON m.name_id = d.model_id JOIN telemetry_names t ON t.name_id = d.terminal_id
        WHERE d.hour >= @FirstDay * 24 AND d.hour < @EndDay * 24 AND d.source <> 'shadowed'
        """ + Scope + " GROUP BY d.hour, m.name";

    public const string DayUsers = People + """
        SELECT p.person AS User, max(p.division) AS Division, max(p.kind) AS Kind, sum(d.requests) AS Requests, sum(d.errors) AS Errors,
               sum(d.input_tokens) AS Input, sum(d.output_tokens) AS Output, sum(d.cache_read_tokens) AS CacheRead, sum(d.cache_write_tokens) AS CacheWrite,
               sum(d.cost) AS Cost, max(d.day) AS LastDay
        FROM telemetry_days d
        JOIN people p ON p.subject_id = d.subject_id JOIN telemetry_names m ON m.name_id = d.model_id JOIN telemetry_names t ON t.name_id = d.terminal_id
        WHERE d.day >= @FirstDay AND d.day < @EndDay AND d.source <> 'shadowed'
        """ + Scope + " GROUP BY p.person";

    /// <summary>Durations of requests: one row a cell, since only the program can add them up.</summary>
    public const string DayLatencies = People + """
        SELECT d.day AS Time, d.latency AS Latency
        FROM telemetry_days d
        JOIN people p ON p.subject_id = d.subject_id JOIN telemetry_names m ON m.name_id = d.model_id JOIN telemetry_names t ON t.name_id = d.terminal_id
        WHERE d.day >= @FirstDayBefore AND d.day < @EndDay AND d.latency IS NOT NULL
        """ + Scope;

    public const string HourLatencies = People + """
        SELECT d.hour AS Time, d.latency AS Latency
        FROM telemetry_hours d
        JOIN people p ON p.subject_id = d.subject_id JOIN telemetry_names m ON m.name_id = d.model_id JOIN telemetry_names t ON t.name_id = d.terminal_id
        WHERE d.hour >= @FirstDay * 24 AND d.hour < @EndDay * 24 AND d.latency IS NOT NULL
        """ + Scope;

    /// <summary>Counts of both periods, each under its first day; active time by day. Only what is shown by person or by terminal is kept apart by
    /// them. They follow no model.</summary>
    public const string DayCounts = People + """
        SELECT CASE WHEN d.kind = 'active_time' THEN d.day WHEN d.day >= @FirstDay THEN @FirstDay ELSE @FirstDayBefore END AS Time,
               CASE WHEN d.kind IN ('session', 'session_anonymous', 'decision', 'edit_decision') THEN p.person ELSE '' END AS User,
               d.kind AS Kind, n.name AS Name, o.name AS Detail,
               CASE WHEN d.kind IN ('session', 'session_anonymous') THEN t.name ELSE '' END AS Terminal, sum(d.count) AS Count
        FROM telemetry_day_counts d
        JOIN people p ON p.subject_id = d.subject_id JOIN telemetry_names t ON t.name_id = d.terminal_id
        LEFT JOIN telemetry_names n ON n.name_id = d.name_id LEFT JOIN telemetry_names o ON o.name_id = d.detail_id
        WHERE d.day >= @FirstDayBefore AND d.day < @EndDay
        """ + PeopleScope + " GROUP BY 1, 2, 3, 4, 5, 6";

    /// <summary>Sessions and conversations by day.</summary>
    public const string DayActivity = People + """
        SELECT d.day AS Time, d.kind AS Kind, '' AS Name, '' AS Detail, '' AS Terminal, sum(d.count) AS Count
        FROM telemetry_day_counts d
        JOIN people p ON p.subject_id = d.subject_id JOIN telemetry_names t ON t.name_id = d.terminal_id
        WHERE d.day >= @FirstDay AND d.day < @EndDay AND d.kind IN ('session', 'session_anonymous', 'conversation')
        """ + PeopleScope + " GROUP BY d.day, d.kind";

    public const string HourActivity = People + """
        SELECT d.hour AS Time, p.person AS User, d.kind AS Kind, n.name AS Name, '' AS Detail, t.name AS Terminal, sum(d.count) AS Count
        FROM telemetry_hour_counts d
        JOIN people p ON p.subject_id = d.subject_id JOIN telemetry_names t ON t.name_id = d.terminal_id
        LEFT JOIN telemetry_names n ON n.name_id = d.name_id
        WHERE d.hour >= @FirstDay * 24 AND d.hour < @EndDay * 24 AND d.kind IN ('active_time', 'session', 'session_anonymous', 'conversation')
        """ + PeopleScope + " GROUP BY d.hour, p.person, d.kind, n.name, t.name";

    public const string DayToolLatencies = People + """
        SELECT d.day AS Time, n.name AS Name, d.latency AS Latency
        FROM telemetry_day_counts d
        JOIN people p ON p.subject_id = d.subject_id JOIN telemetry_names t ON t.name_id = d.terminal_id JOIN telemetry_names n ON n.name_id = d.name_id
        WHERE d.day >= @FirstDayBefore AND d.day < @EndDay AND d.kind = 'tool' AND d.latency IS NOT NULL
        """ + PeopleScope;

    public const string HourToolLatencies = People + """
        SELECT d.hour AS Time, n.name AS Name, d.latency AS Latency
        FROM telemetry_hour_counts d
        JOIN people p ON p.subject_id = d.subject_id JOIN telemetry_names t ON t.name_id = d.terminal_id JOIN telemetry_names n ON n.name_id = d.name_id
        WHERE d.hour >= @FirstDay * 24 AND d.hour < @EndDay * 24 AND d.kind = 'tool' AND d.latency IS NOT NULL
        """ + PeopleScope;

    /// <summary>The last five clock hours.</summary>
    public const string Windows = People + """
        SELECT p.person AS User, sum(d.input_tokens + d.output_tokens) AS Billed, sum(d.cache_read_tokens) AS CacheRead, sum(d.cache_write_tokens) AS CacheWrite
        FROM telemetry_hours d
        JOIN people p ON p.subject_id = d.subject_id JOIN telemetry_names m ON m.name_id = d.model_id JOIN telemetry_names t ON t.name_id = d.terminal_id
        WHERE d.hour > @Hour - 5 AND d.hour <= @Hour AND d.source <> 'shadowed'
        """ + Scope + " GROUP BY p.person";

    public const string RecentCalls = People + """
        SELECT e.at AS At, p.person AS User, m.name AS Model, coalesce(q.name, '') AS QuerySource, e.request_id AS RequestId, e.input_tokens AS Input, e.output_tokens AS Output,
               e.cache_read_tokens AS CacheRead, e.cache_write_tokens AS CacheWrite, e.cost AS Cost, e.duration_ms AS DurationMs
        FROM telemetry_events e
        JOIN people p ON p.subject_id = e.subject_id JOIN telemetry_names m ON m.name_id = e.model_id
        JOIN telemetry_sessions s ON s.session_ref = e.session_ref JOIN telemetry_names t ON t.name_id = s.terminal_id
        LEFT JOIN telemetry_names q ON q.name_id = e.source_id
        WHERE e.at >= @StartMs AND e.at < @EndMs AND e.kind = 'api_request'
        """ + Scope + " ORDER BY e.at DESC, e.event_id DESC LIMIT @Limit";

    public const string Choices = People + """
        SELECT DISTINCT 'user' AS Kind, person AS Name FROM people
        UNION SELECT DISTINCT 'division', division FROM people WHERE division <> ''
        UNION SELECT DISTINCT 'model', n.name FROM telemetry_subject_names s JOIN telemetry_names n USING (name_id) WHERE s.category = 'model'
        UNION SELECT DISTINCT 'terminal', n.name FROM telemetry_subject_names s JOIN telemetry_names n USING (name_id) WHERE s.category = 'terminal'
        ORDER BY 1, 2
        """;

    public const string Seen = "SELECT kind AS Kind, name AS Name, count AS Count, first_at AS FirstAt, last_at AS LastAt FROM telemetry_seen ORDER BY kind, count DESC, name";

    public const string Installs = """
        SELECT s.subject_id AS SubjectId, s.name AS InstallId, u.email AS MappedTo, s.first_at AS FirstAt,
               coalesce(sum(d.requests), 0) AS Requests, coalesce(sum(d.cost), 0) AS Cost
        FROM telemetry_subjects s
        LEFT JOIN users u ON u.user_id = s.user_id
        LEFT JOIN telemetry_days d ON d.subject_id = s.subject_id AND d.source <> 'shadowed'
        WHERE s.kind = 'install'
        GROUP BY s.subject_id ORDER BY s.first_at DESC LIMIT 1000
        """;

    public const string IsUser = "SELECT EXISTS (SELECT 1 FROM users WHERE email = @Email)";

    /// <summary>The newest of a user, as many as a page shows.</summary>
    public const string Tokens = """
        SELECT t.created_at AS CreatedAt, t.revoked_at AS RevokedAt
        FROM telemetry_tokens t JOIN users u ON u.user_id = t.user_id
        WHERE u.email = @Email ORDER BY t.created_at DESC LIMIT 100
        """;

    /// <summary>Sessions of a person with what each source says of them, events where there are any.</summary>
    public const string SessionUsage = People + """
        SELECT s.session_id AS Session, m.name AS Model, q.name AS QuerySource, s.last_at AS LastAt, sum(x.requests) AS Requests,
               sum(x.input_tokens) AS Input, sum(x.output_tokens) AS Output, sum(x.cache_read_tokens) AS CacheRead, sum(x.cache_write_tokens) AS CacheWrite, sum(x.cost) AS Cost
        FROM telemetry_sessions s
        JOIN people p ON p.subject_id = s.subject_id
        JOIN telemetry_session_usage x ON x.subject_id = s.subject_id AND x.session_ref = s.session_ref
         AND x.source = CASE s.has_events WHEN 1 THEN 'events' ELSE 'metrics' END
        JOIN telemetry_names m ON m.name_id = x.model_id JOIN telemetry_names q ON q.name_id = x.query_id
        WHERE p.person = @User AND s.anonymous = 0 AND s.last_at >= @StartMs AND s.first_at < @EndMs
        GROUP BY s.session_id, m.name, q.name
        """;

    private const string People = """
        WITH people AS MATERIALIZED (
            SELECT s.subject_id, s.kind,
                   coalesce(u.email, CASE s.kind WHEN 'claimed' THEN s.name WHEN 'install' THEN 'unattributed ' || s.name ELSE 'other' END) AS person,
                   coalesce(u.division, c.division, '') AS division
            FROM telemetry_subjects s
            LEFT JOIN users u ON u.user_id = s.user_id
            LEFT JOIN users c ON s.kind = 'claimed' AND c.email = s.name)

        """;

    private const string Scope = "\n  AND (@Model IS NULL OR m.name = @Model)" + PeopleScope;

    private const string PeopleScope = """

          AND (@Terminal IS NULL OR t.name = @Terminal)
          AND (@User IS NULL OR p.person = @User)
          AND (@Division IS NULL OR p.division = CASE @Division WHEN '(none)' THEN '' ELSE @Division END)
        """;
}
