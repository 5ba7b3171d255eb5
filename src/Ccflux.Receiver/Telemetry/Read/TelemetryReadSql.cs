namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>SQL of the telemetry pages. <c>people</c> maps a subject to its person: a token's user, a claimed e-mail address, a mapped installation.</summary>
internal static class TelemetryReadSql
{
    public const string HasAny = "SELECT EXISTS (SELECT 1 FROM telemetry_days) OR EXISTS (SELECT 1 FROM telemetry_day_counts)";

    public const string StoreId = "SELECT store_id FROM store";

    public const string Names = "SELECT name_id AS Id, name AS Name FROM telemetry_names";

    public const string Subjects = People + "SELECT subject_id AS Subject, person AS Name, division AS Division, kind AS Kind FROM people";

    /// <summary>The names offered by filters that somebody has sent.</summary>
    public const string OfferedNames = "SELECT DISTINCT category AS Category, name_id AS Id FROM telemetry_subject_names WHERE category IN ('model', 'terminal')";

    /// <summary>The newest five whole clock hours: for each, the requests of its events and the sums of its metrics.</summary>
    public const string WindowHours = """
        SELECT subject_id AS Subject, terminal_id AS Terminal, model_id AS Model,
               CAST(total(input_tokens) AS INTEGER) AS Input, CAST(total(output_tokens) AS INTEGER) AS Output, CAST(total(cache_read_tokens) AS INTEGER) AS CacheRead, CAST(total(cache_write_tokens) AS INTEGER) AS CacheWrite
        FROM telemetry_hours
        WHERE (hour > @OldestHour OR (hour = @OldestHour AND source = 'metrics')) AND hour <= @NowHour AND source <> 'shadowed'
        GROUP BY subject_id, terminal_id, model_id
        """;

    /// <summary>The part of the oldest hour that is less than five hours ago, from its events.</summary>
    public const string WindowEvents = """
        SELECT e.subject_id AS Subject, s.terminal_id AS Terminal, e.model_id AS Model,
               CAST(total(e.input_tokens) AS INTEGER) AS Input, CAST(total(e.output_tokens) AS INTEGER) AS Output, CAST(total(e.cache_read_tokens) AS INTEGER) AS CacheRead, CAST(total(e.cache_write_tokens) AS INTEGER) AS CacheWrite
        FROM telemetry_events e JOIN telemetry_sessions s ON s.session_ref = e.session_ref
        WHERE e.at > @FromMs AND e.at < (@OldestHour + 1) * 3600000 AND e.kind = 'api_request'
        GROUP BY e.subject_id, s.terminal_id, e.model_id
        """;

    /// <summary>Plans as the admin set them.</summary>
    public const string Plans = "SELECT person, plan FROM telemetry_plans";

    /// <summary>Everything that anyone stated.</summary>
    public const string Labels = "SELECT subject_id, name, value, first_at, last_at FROM telemetry_labels";

    /// <summary>Each subject of a person with what it stated; one row without a name for a subject that stated nothing.</summary>
    public const string LabelsOfPerson = People + """
        SELECT p.kind AS Kind, l.name AS Name, l.value AS Value, l.first_at AS FirstAt, l.last_at AS LastAt
        FROM people p LEFT JOIN telemetry_labels l ON l.subject_id = p.subject_id
        WHERE p.person = @Person
        """;

    /// <summary>Names that were not recognised.</summary>
    public const string Seen = "SELECT kind AS Kind, name AS Name, count AS Count, first_at AS FirstAt, last_at AS LastAt FROM telemetry_seen ORDER BY kind, count DESC, name";

    public const string Installs = """
        SELECT s.subject_id AS SubjectId, s.name AS InstallId, u.email AS MappedTo, s.first_at AS FirstAt
        FROM telemetry_subjects s LEFT JOIN users u ON u.user_id = s.user_id
        WHERE s.kind = 'install' ORDER BY s.first_at DESC, s.subject_id DESC LIMIT 1000
        """;

    public const string Install = """
        SELECT s.name, u.email FROM telemetry_subjects s LEFT JOIN users u ON u.user_id = s.user_id
        WHERE s.subject_id = @Subject AND s.kind = 'install'
        """;

    /// <summary>The newest requests.</summary>
    public const string RecentCalls = Calls + "WHERE e.at >= @StartMs AND e.at < @EndMs AND e.kind = 'api_request'" + CallScope + " ORDER BY e.at DESC, e.event_id DESC LIMIT @Limit OFFSET @Offset";

    /// <summary>The newest requests of a person, by subject, because a walk back in time may pass everyone else's.</summary>
    public const string RecentCallsOfPerson = Calls + """
        WHERE e.subject_id IN (SELECT value FROM json_each(@Subjects)) AND e.at >= @StartMs AND e.at < @EndMs AND e.kind = 'api_request'
        """ + CallScope + " ORDER BY e.at DESC, e.event_id DESC LIMIT @Limit OFFSET @Offset";

    public const string CountCalls = "SELECT count(*) FROM (" + RecentCalls + ")";

    public const string CountCallsOfPerson = "SELECT count(*) FROM (" + RecentCallsOfPerson + ")";

    public const string IsUser = "SELECT EXISTS (SELECT 1 FROM users WHERE email = @Email)";

    public const string IsPerson = People + "SELECT EXISTS (SELECT 1 FROM people WHERE person = @Person)";

    /// <summary>The newest tokens of a user, as many as a page shows.</summary>
    public const string Tokens = """
        SELECT t.created_at AS CreatedAt, t.revoked_at AS RevokedAt
        FROM telemetry_tokens t JOIN users u ON u.user_id = t.user_id
        WHERE u.email = @Email ORDER BY t.created_at DESC LIMIT 100
        """;

    /// <summary>Sessions of a person with what each source states about them: events if there are any.</summary>
    public const string SessionUsage = People + """
        SELECT s.session_id AS Session, m.name AS Model, q.name AS QuerySource, s.last_at AS LastAt,
               CAST(total(x.input_tokens) AS INTEGER) AS Input, CAST(total(x.output_tokens) AS INTEGER) AS Output, CAST(total(x.cache_read_tokens) AS INTEGER) AS CacheRead, CAST(total(x.cache_write_tokens) AS INTEGER) AS CacheWrite
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

    private const string Calls = """
        SELECT e.event_id AS Id, e.at AS At, e.subject_id AS Subject, e.model_id AS Model, coalesce(q.name, '') AS QuerySource, e.request_id AS RequestId, e.input_tokens AS Input, e.output_tokens AS Output,
               e.cache_read_tokens AS CacheRead, e.cache_write_tokens AS CacheWrite, e.cost AS Cost, e.duration_ms AS DurationMs
        FROM telemetry_events e
        JOIN telemetry_sessions s ON s.session_ref = e.session_ref
        LEFT JOIN telemetry_names q ON q.name_id = e.source_id

        """;

    private const string CallScope = """

          AND (e.at < @BeforeAt OR e.event_id < @BeforeId)
          AND (@Model IS NULL OR e.model_id = @Model)
          AND (@Terminal IS NULL OR s.terminal_id = @Terminal)
          AND (@Subjects IS NULL OR e.subject_id IN (SELECT value FROM json_each(@Subjects)))
        """;
}
