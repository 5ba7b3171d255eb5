namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>SQL for sessions and the audit log.</summary>
internal static class AdminSql
{
    public const string InsertSession = """
        INSERT INTO admin_sessions (session_hash, role, token_mark, created_at, last_used_at)
        VALUES (@session_hash, @role, @token_mark, @now, @now)
        """;

    public const string FindSession = """
        SELECT role, token_mark, created_at, last_used_at
        FROM admin_sessions
        WHERE session_hash = @session_hash
        """;

    public const string TouchSession = "UPDATE admin_sessions SET last_used_at = greatest(last_used_at, @now) WHERE session_hash = @session_hash";

    public const string DeleteSession = "DELETE FROM admin_sessions WHERE session_hash = @session_hash";

    public const string DeleteOldSessions = "DELETE FROM admin_sessions WHERE last_used_at < @used_since OR created_at < @created_since";

    public const string CountSessions = """
        SELECT count(*) FILTER (WHERE role = 'admin'), count(*) FILTER (WHERE role = 'viewer')
        FROM admin_sessions
        WHERE last_used_at >= @used_since AND created_at >= @created_since
        """;

    /// <summary>Keeps only the newest sessions of a role, so that repeated sign-ins neither fill the table nor end another role's
    /// sessions.</summary>
    public const string DeleteSurplusSessions = """
        DELETE FROM admin_sessions
        WHERE role = @role
          AND session_hash NOT IN (SELECT session_hash FROM admin_sessions WHERE role = @role ORDER BY last_used_at DESC LIMIT @keep)
        """;

    public const string ReadSessions = """
        SELECT substr(session_hash, 1, 6), role, created_at, last_used_at
        FROM admin_sessions
        WHERE last_used_at >= @used_since AND created_at >= @created_since
        ORDER BY role, last_used_at DESC
        """;

    /// <summary>Ends the session whose hash starts with these six bytes.</summary>
    public const string EndSession = "DELETE FROM admin_sessions WHERE substr(session_hash, 1, 6) = @start";

    /// <summary>An actor's lines of an action since an instant. Columns: the newest from an IP address, the one that other addresses share, and how many there are.</summary>
    public const string SelectAuditLines = """
        SELECT max(CASE WHEN address = @address THEN audit_id END), max(CASE WHEN address = @shared THEN audit_id END), count(*)
        FROM audit_log
        WHERE at >= @since AND action = @action AND actor = @actor
        """;

    /// <summary>Increments a line. Its text is the counter; the first time it is empty.</summary>
    public const string CountAudit = """
        UPDATE audit_log SET detail =
            (CASE WHEN detail LIKE '% times within the hour' THEN CAST(replace(detail, ' times within the hour', '') AS bigint) + 1 ELSE 2 END) || ' times within the hour'
        WHERE audit_id = @line
        """;

    /// <summary>Keeps only the newest sign-in and sign-out lines.</summary>
    public const string DeleteSurplusSignIns = """
        DELETE FROM audit_log
        WHERE action IN ('sign-in', 'sign-in.refused', 'sign-out')
          AND audit_id NOT IN (SELECT audit_id FROM audit_log WHERE action IN ('sign-in', 'sign-in.refused', 'sign-out') ORDER BY audit_id DESC LIMIT @keep)
        """;

    /// <summary>Runs in the transaction of the change itself, so that no change lacks its line.</summary>
    public const string InsertAudit = """
        INSERT INTO audit_log (at, actor, action, target, detail, address)
        VALUES (@at, @actor, @action, @target, @detail, @address)
        """;

    public const string ReadAudit = """
        SELECT audit_id, at, actor, address, action, target, detail
        FROM audit_log
        WHERE audit_id < @before
        ORDER BY audit_id DESC
        LIMIT @limit
        """;

    /// <summary>Lines that may name an e-mail address.</summary>
    public const string SelectNaming = """
        SELECT audit_id, actor, target, detail FROM audit_log
        WHERE lower(actor) LIKE @pattern ESCAPE '\' OR lower(target) LIKE @pattern ESCAPE '\' OR lower(detail) LIKE @pattern ESCAPE '\'
        """;

    /// <summary>An IP address of somebody who acted under the name that is replaced goes with it.</summary>
    public const string RenameLine = """
        UPDATE audit_log SET address = CASE WHEN actor = @actor THEN address ELSE '' END, actor = @actor, target = @target, detail = @detail WHERE audit_id = @line
        """;

    public const string DeleteOldAudit = "DELETE FROM audit_log WHERE at < @before";
}
