using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Composition;

/// <summary>Statements with which one feature's ports read another's tables. Those that answer a page take the values of a data scope.</summary>
internal static class PortsSql
{
    /// <summary>Of what the hook reported. SQLite joins in the order of CROSS JOIN. Columns: session, model, and the sums of input, output, cache read and cache write.</summary>
    public const string HookTotals = $"""
        SELECT s.session_id, m.name, CAST(total(r.input_tokens) AS bigint), CAST(total(r.output_tokens) AS bigint),
               CAST(total(r.cache_read_tokens) AS bigint), CAST(total(r.cache_write_5m_tokens + r.cache_write_1h_tokens) AS bigint)
        FROM users u
        CROSS JOIN sessions s
        CROSS JOIN requests r
        JOIN models m ON m.model_id = r.model_id
        WHERE u.email = @email AND {ScopeSql.OfUser}
          AND s.user_id = u.user_id AND s.session_key = ANY(@sessions)
          AND r.user_id = s.user_id AND r.hour >= s.first_at / {UnixTime.SqlHour} AND r.hour <= s.last_at / {UnixTime.SqlHour} AND r.session_key = s.session_key AND r.hidden = 0 AND (r.provenance & 2) = 2
        GROUP BY s.session_id, m.name
        """;

    /// <summary>A user's newest requests, and those that the organisation's token reported in the user's name: who reported them (<c>RequestSources</c>), what they were made for, whether they count, how many, and their tokens.</summary>
    public const string RequestSources = $"""
        WITH person AS (SELECT u.user_id, u.email FROM users u WHERE u.email = @email AND {ScopeSql.OfUser}),
             holders AS (SELECT user_id FROM person
                         UNION ALL SELECT -s.subject_id FROM person p JOIN telemetry_subjects s ON s.kind = 'claimed' AND s.name = p.email)
        SELECT sources, origin, hidden, CAST(sum({LedgerSql.One}) AS bigint), CAST(total(tokens) AS bigint)
        FROM (SELECT CASE WHEN r.subject_id = 0 AND r.request_key IN (
                         SELECT t.request_key FROM person p CROSS JOIN requests t WHERE t.user_id = p.user_id AND t.user_id > 0 AND t.subject_id <> 0
                         UNION ALL SELECT t.request_key FROM holders o CROSS JOIN requests t WHERE t.user_id = o.user_id AND o.user_id < 0
                     ) THEN (r.provenance & 3) | 1 ELSE r.provenance & 3 END AS sources, r.origin, r.hidden,
                     r.input_tokens + r.output_tokens + r.cache_read_tokens + r.cache_write_5m_tokens + r.cache_write_1h_tokens AS tokens
              FROM holders h
              CROSS JOIN requests r
              WHERE r.user_id = h.user_id
                AND r.hour >= @from / {UnixTime.SqlHour} AND r.hour <= @until / {UnixTime.SqlHour} AND r.at >= @from AND r.at < @until AND r.hidden NOT IN (1, 2, 6)
                AND NOT (r.user_id < 0 AND EXISTS (SELECT 1 FROM person p JOIN requests w ON w.user_id = p.user_id AND w.request_key = r.request_key))
              ORDER BY r.hour DESC LIMIT @limit) AS newest
        GROUP BY sources, origin, hidden
        """;

    /// <summary>Whose a subject's usage is: the user's to whom an admin assigned the installation; the user's with the claimed address, where claims are trusted; else the subject's own, under its
    /// negative number. Nothing is kept of the subject that stands for all beyond the cap.</summary>
    private const string Holder = """
        CASE WHEN s.kind = 'install' AND s.user_id IS NOT NULL THEN s.user_id
             WHEN s.kind = 'claimed' AND @trust = 1 THEN coalesce((SELECT u.user_id FROM users u WHERE u.email = s.name), -s.subject_id)
             ELSE -s.subject_id END
        """;

    public const string SubjectHolder = $"SELECT {Holder} FROM telemetry_subjects s WHERE s.subject_id = @subject AND s.kind IN ('claimed', 'install')";

    /// <summary>Subjects some of whose usage stands elsewhere than with its holder.</summary>
    public const string MisplacedSubjects = $"""
        SELECT subject_id
        FROM (SELECT s.subject_id, {Holder} AS holder FROM telemetry_subjects s WHERE s.kind IN ('claimed', 'install')) AS held
        WHERE EXISTS (SELECT 1 FROM requests r WHERE r.subject_id = held.subject_id AND r.subject_id <> 0 AND r.user_id > 0 AND r.user_id < held.holder)
           OR EXISTS (SELECT 1 FROM requests r WHERE r.subject_id = held.subject_id AND r.subject_id <> 0 AND r.user_id > 0 AND r.user_id > held.holder)
           OR (held.holder > 0 AND EXISTS (SELECT 1 FROM requests r WHERE r.user_id = -held.subject_id))
        ORDER BY subject_id
        """;

    /// <summary>The user who reported a session first.</summary>
    public const string FirstReporter = """
        SELECT s.user_id
        FROM users u JOIN sessions s ON s.user_id = u.user_id AND s.session_key = @session
        ORDER BY s.reported_at, s.user_id
        LIMIT 1
        """;

    /// <summary>A tier's size is known only after a limit hit: inferred values are what a user used, not what the plan allows. Columns: e-mail address,
    /// label, tokens of a window.</summary>
    public const string Plans = $"""
        SELECT u.email, t.label, CASE t.method WHEN 'limit_hit' THEN t.peak_tokens END
        FROM tiers t JOIN users u ON u.user_id = t.user_id
        WHERE t.label <> 'Unknown' AND {ScopeSql.OfUser}
        """;

    /// <summary>The last readings of users' two limits: from their own status lines, from polls of the same accounts, and from polls of accounts with
    /// their e-mail address. If one of the two does not name an account's organisation, they match if the other has only one: ':' separates the ids,
    /// and ';' is the next character. Columns: user, name, used_milli, resets_at, observed_at, source.</summary>
    private const string AllQuotas = """
        SELECT a.owner AS user_id, w.name, w.used_milli, w.resets_at, w.observed_at, w.source
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

    /// <summary>Of the users within a data scope.</summary>
    public const string UserQuotas = $"""
        SELECT q.user_id, q.name, q.used_milli, q.resets_at, q.observed_at, q.source
        FROM ({AllQuotas}) AS q LEFT JOIN users u ON u.user_id = q.user_id
        WHERE {ScopeSql.OfUser}
        """;

    /// <summary>The same columns with the user's e-mail address in place of the user.</summary>
    public const string QuotasByEmail = $"""
        SELECT u.email, q.name, q.used_milli, q.resets_at, q.observed_at, q.source
        FROM ({AllQuotas}) AS q JOIN users u ON u.user_id = q.user_id
        WHERE {ScopeSql.OfUser}
        """;

    public const string UserOfEmail = "SELECT user_id FROM users WHERE email = lower(@email)";

    /// <summary>Which of some users are within a data scope.</summary>
    public const string UsersInScope = $"""
        SELECT u.user_id FROM users u
        WHERE u.user_id = ANY(@users) AND {ScopeSql.OfUser}
        """;

    /// <summary>Sessions of a user that agents of the fleet saw.</summary>
    public const string DeleteLiveSessions = "DELETE FROM fleet_sessions WHERE session_id IN (SELECT session_id FROM sessions WHERE user_id = @user)";

    /// <summary>Columns: session, and its user: id, e-mail address, division.</summary>
    public const string RecentSessions = """
        SELECT s.session_id, u.user_id, u.email, u.division
        FROM users u
        JOIN sessions s ON s.user_id = u.user_id AND s.last_at >= @since
        LIMIT @limit
        """;

    /// <summary>Host names whose devices all belong to the same user. Columns: host name, and the user: id, e-mail address, division.</summary>
    public const string MachinesOfOneUser = """
        SELECT lower(d.name), min(u.user_id), min(u.email), min(u.division)
        FROM devices d
        JOIN users u ON u.user_id = d.user_id
        WHERE d.revoked_at IS NULL AND d.approved_at IS NOT NULL AND d.name <> ''
        GROUP BY lower(d.name)
        HAVING count(DISTINCT d.user_id) = 1
        LIMIT @limit
        """;

    /// <summary>Reads whole hours from their sums, and the partial hours at both ends from the requests.</summary>
    public const string BilledTokens = $"""
        SELECT CAST(coalesce(sum(tokens), 0) AS bigint) FROM (
            SELECT h.input_tokens + h.output_tokens AS tokens
            FROM user_hours h
            WHERE h.user_id = ANY(@users) AND h.slot >= @head_end / 900000 AND h.slot < @tail_start / 900000
            UNION ALL
            SELECT r.input_tokens + r.output_tokens
            FROM requests r
            WHERE r.user_id = ANY(@users) AND r.hour >= @from / {UnixTime.SqlHour} AND r.hour < @head_end / {UnixTime.SqlHour} + 1 AND r.at >= @from AND r.at < @head_end AND r.hidden = 0
            UNION ALL
            SELECT r.input_tokens + r.output_tokens
            FROM requests r
            WHERE r.user_id = ANY(@users) AND r.hour >= @tail_start / {UnixTime.SqlHour} AND r.hour <= @to / {UnixTime.SqlHour} AND r.at >= @tail_start AND r.at < @to AND r.hidden = 0) AS x
        """;
}
