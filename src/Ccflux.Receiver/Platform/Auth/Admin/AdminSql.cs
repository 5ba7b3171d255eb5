namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>SQL for sessions and the audit log.</summary>
internal static class AdminSql
{
    public const string InsertSession = """
        INSERT INTO admin_sessions (session_hash, role, token_mark, created_at, last_used_at)
        VALUES (?1, ?2, ?3, ?4, ?4)
        """;

    public const string FindSession = """
        SELECT role AS Role, token_mark AS TokenMark, created_at AS CreatedAt, last_used_at AS LastUsedAt
        FROM admin_sessions
        WHERE session_hash = @hash
        """;

    public const string TouchSession = "UPDATE admin_sessions SET last_used_at = max(last_used_at, ?1) WHERE session_hash = ?2";

    public const string DeleteSession = "DELETE FROM admin_sessions WHERE session_hash = ?";

    /// <summary>Parameters: used since, created since.</summary>
    public const string DeleteOldSessions = "DELETE FROM admin_sessions WHERE last_used_at < ? OR created_at < ?";

    public const string CountSessions = """
        SELECT coalesce(sum(role = 'admin'), 0) AS Admins, coalesce(sum(role = 'viewer'), 0) AS Viewers
        FROM admin_sessions
        WHERE last_used_at >= @usedSince AND created_at >= @createdSince
        """;

    /// <summary>Keeps only the newest sessions of a role, so that repeated sign-ins neither fill the table nor end another role's
    /// sessions. Parameters: role, the number to keep.</summary>
    public const string DeleteSurplusSessions = """
        DELETE FROM admin_sessions
        WHERE role = ?1
          AND session_hash NOT IN (SELECT session_hash FROM admin_sessions WHERE role = ?1 ORDER BY last_used_at DESC LIMIT ?2)
        """;

    public const string ReadSessions = """
        SELECT lower(hex(substr(session_hash, 1, 6))) AS Id, role AS Role, created_at AS CreatedAt, last_used_at AS LastUsedAt
        FROM admin_sessions
        WHERE last_used_at >= @usedSince AND created_at >= @createdSince
        ORDER BY role, last_used_at DESC
        """;

    /// <summary>Parameter: the first six bytes of the hash, in hexadecimal.</summary>
    public const string EndSession = "DELETE FROM admin_sessions WHERE lower(hex(substr(session_hash, 1, 6))) = ?";

    /// <summary>Increments this hour's line of an action, if there is one. Parameters: start of the hour, action, actor, IP address.</summary>
    public const string CountAudit = """
        UPDATE audit_log SET detail = (max(CAST(detail AS INTEGER), 1) + 1) || ' times within the hour'
        WHERE audit_id = (SELECT max(audit_id) FROM audit_log WHERE at >= ?1 AND action = ?2 AND actor = ?3 AND address = ?4)
        """;

    /// <summary>Parameters: start of the hour, action, actor.</summary>
    public const string CountAuditLines = "SELECT count(*) FROM audit_log WHERE at >= ?1 AND action = ?2 AND actor = ?3";

    /// <summary>Parameter: the number of sign-in and sign-out lines to keep.</summary>
    public const string DeleteSurplusSignIns = """
        DELETE FROM audit_log
        WHERE action IN ('sign-in', 'sign-in.refused', 'sign-out')
          AND audit_id NOT IN (SELECT audit_id FROM audit_log WHERE action IN ('sign-in', 'sign-in.refused', 'sign-out') ORDER BY audit_id DESC LIMIT ?)
        """;

    /// <summary>Runs in the transaction of the change itself, so that no change lacks its line.</summary>
    public const string InsertAudit = """
        INSERT INTO audit_log (at, actor, action, target, detail, address)
        VALUES (?, ?, ?, ?, ?, ?)
        """;

    public const string ReadAudit = """
        SELECT audit_id AS Id, at AS At, actor AS Actor, address AS Address, action AS Action, target AS Target, detail AS Detail
        FROM audit_log
        WHERE audit_id < @before
        ORDER BY audit_id DESC
        LIMIT @limit
        """;

    public const string DeleteOldAudit = "DELETE FROM audit_log WHERE at < ?";
}
