namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>SQL of sessions and of the audit log.</summary>
internal static class AdminSql
{
    public const string InsertSession = """
        INSERT INTO admin_sessions (session_hash, role, token_mark, created_at, last_used_at)
        VALUES (?1, ?2, ?3, ?4, ?4)
        """;

    public const string FindSession = """
        SELECT role AS Role, token_mark AS TokenMark, last_used_at AS LastUsedAt
        FROM admin_sessions
        WHERE session_hash = @hash
        """;

    public const string TouchSession = "UPDATE admin_sessions SET last_used_at = max(last_used_at, ?1) WHERE session_hash = ?2";

    public const string DeleteSession = "DELETE FROM admin_sessions WHERE session_hash = ?";

    public const string DeleteIdleSessions = "DELETE FROM admin_sessions WHERE last_used_at < ?";

    public const string CountSessions = """
        SELECT coalesce(sum(role = 'admin'), 0) AS Admins, coalesce(sum(role = 'viewer'), 0) AS Viewers
        FROM admin_sessions
        WHERE last_used_at >= @since
        """;

    /// <summary>Keeps the newest sessions only, so that signing in over and over cannot fill the table.</summary>
    public const string DeleteSurplusSessions = """
        DELETE FROM admin_sessions
        WHERE session_hash NOT IN (SELECT session_hash FROM admin_sessions ORDER BY last_used_at DESC LIMIT ?)
        """;

    /// <summary>For a change's own transaction, so that no change is without its line.</summary>
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
