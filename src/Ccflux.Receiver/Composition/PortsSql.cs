namespace Ccflux.Receiver.Composition;

/// <summary>Statements with which one feature's ports read another's tables.</summary>
internal static class PortsSql
{
    public const string HookTotals = """
        SELECT s.session_id AS Session, m.name AS Model, CAST(total(e.input_tokens) AS INTEGER) AS Input, CAST(total(e.output_tokens) AS INTEGER) AS Output,
               CAST(total(e.cache_read_tokens) AS INTEGER) AS CacheRead, CAST(total(e.cache_write_tokens) AS INTEGER) AS CacheWrite
        FROM users u
        CROSS JOIN sessions s ON s.user_id = u.user_id
        CROSS JOIN turns t    ON t.user_id = s.user_id AND t.session_ref = s.session_ref
        CROSS JOIN events e   ON e.user_id = t.user_id AND e.turn_id = t.turn_id
        JOIN models m   ON m.model_id = e.model_id
        WHERE u.email = @Email AND s.session_id IN @Sessions
        GROUP BY s.session_id, m.name
        """;

    /// <summary>The user who reported a session first. Joins by user, because sessions are indexed by user and id.</summary>
    public const string FirstReporter = """
        SELECT s.user_id
        FROM users u JOIN sessions s ON s.user_id = u.user_id AND s.session_id = @SessionId
        ORDER BY s.session_ref
        LIMIT 1
        """;

    /// <summary>A tier's size is known only after a limit hit: inferred values are what a user used, not what the plan allows.</summary>
    public const string Plans = """
        SELECT u.email AS Email, t.label AS Label, CASE t.method WHEN 'limit_hit' THEN t.peak_tokens END AS WindowTokens
        FROM tiers t JOIN users u ON u.user_id = t.user_id
        WHERE t.label <> 'Unknown'
        """;

    /// <summary>The last readings of users' two limits: from their own status lines, from polls of the same accounts, and from polls of accounts with
    /// their e-mail address. If one of the two does not name an account's organisation, they match if the other has only one: ':' separates the ids,
    /// and ';' is the next character.</summary>
    public const string UserQuotas = """
        SELECT a.owner AS UserId, w.name AS Window, w.used_milli AS UsedMilli, w.resets_at AS ResetsAt, w.observed_at AS ObservedAt, w.source AS Source
        FROM quota_accounts a
        JOIN quota_windows w ON w.account_id = a.account_id AND w.name IN ('five_hour', 'seven_day')
        WHERE a.owner <> 0
        UNION ALL
        SELECT o.owner, w.name, w.used_milli, w.resets_at, w.observed_at, w.source
        FROM quota_accounts p
        JOIN quota_accounts o ON o.account_key = p.account_key AND o.owner <> 0
        JOIN quota_windows w ON w.account_id = p.account_id AND w.name IN ('five_hour', 'seven_day')
        WHERE p.owner = 0
        UNION ALL
        SELECT o.owner, w.name, w.used_milli, w.resets_at, w.observed_at, w.source
        FROM quota_accounts p
        JOIN quota_accounts o ON o.account_key = substr(p.account_key, 1, instr(p.account_key, ':') - 1) AND o.owner <> 0
        JOIN quota_windows w ON w.account_id = p.account_id AND w.name IN ('five_hour', 'seven_day')
        WHERE p.owner = 0 AND instr(p.account_key, ':') > 1
          AND NOT EXISTS (SELECT 1 FROM quota_accounts x WHERE x.owner = 0 AND x.account_id <> p.account_id
                          AND (x.account_key = o.account_key OR (x.account_key > o.account_key || ':' AND x.account_key < o.account_key || ';')))
        UNION ALL
        SELECT o.owner, w.name, w.used_milli, w.resets_at, w.observed_at, w.source
        FROM quota_accounts p
        JOIN quota_accounts o ON o.account_key > p.account_key || ':' AND o.account_key < p.account_key || ';' AND o.owner <> 0
        JOIN quota_windows w ON w.account_id = p.account_id AND w.name IN ('five_hour', 'seven_day')
        WHERE p.owner = 0 AND instr(p.account_key, ':') = 0
          AND NOT EXISTS (SELECT 1 FROM quota_accounts x WHERE x.owner = o.owner AND x.account_id <> o.account_id
                          AND x.account_key > p.account_key || ':' AND x.account_key < p.account_key || ';')
        UNION ALL
        SELECT u.user_id, w.name, w.used_milli, w.resets_at, w.observed_at, w.source
        FROM quota_accounts p
        JOIN users u ON u.email = lower(p.email)
        JOIN quota_windows w ON w.account_id = p.account_id AND w.name IN ('five_hour', 'seven_day')
        WHERE p.owner = 0 AND p.email <> ''
        """;

    public const string QuotasByEmail = $"""
        SELECT u.email AS Email, q.* FROM ({UserQuotas}) q JOIN users u ON u.user_id = q.UserId
        """;

    public const string UserOfEmail = "SELECT user_id FROM users WHERE email = lower(@Email)";

    public const string RecentSessions = """
        SELECT s.session_id AS Session, u.email AS Email
        FROM users u
        JOIN sessions s ON s.user_id = u.user_id AND s.last_at >= @Since
        LIMIT @Limit
        """;

    /// <summary>Host names whose devices all belong to the same user.</summary>
    public const string MachinesOfOneUser = """
        SELECT lower(d.name) AS Machine, min(u.email) AS Email
        FROM devices d
        JOIN users u ON u.user_id = d.user_id
        WHERE d.revoked_at IS NULL AND d.approved_at IS NOT NULL AND d.name <> ''
        GROUP BY lower(d.name)
        HAVING count(DISTINCT d.user_id) = 1
        LIMIT @Limit
        """;

    /// <summary>Reads whole days from their rollup, and the partial days at both ends from the turns.</summary>
    public const string BilledTokens = """
        SELECT CAST(total(tokens) AS INTEGER) FROM (
            SELECT d.input_tokens + d.output_tokens AS tokens
            FROM usage_days d
            WHERE d.day IN @Days AND d.user_id IN @Users
            UNION ALL
            SELECT e.input_tokens + e.output_tokens
            FROM turns t JOIN events e ON e.user_id = t.user_id AND e.turn_id = t.turn_id
            WHERE t.user_id IN @Users AND t.ended_at >= @From AND t.ended_at < @HeadEnd
            UNION ALL
            SELECT e.input_tokens + e.output_tokens
            FROM turns t JOIN events e ON e.user_id = t.user_id AND e.turn_id = t.turn_id
            WHERE t.user_id IN @Users AND t.ended_at >= @TailStart AND t.ended_at < @To)
        """;
}
