namespace Ccflux.Receiver.Platform.Database;

/// <summary>SQL for backup and restore.</summary>
internal static class DatabaseCopySql
{
    public const string CopyTo = "VACUUM INTO @file";

    public const string IsOurs = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'store'";

    public const string Check = "PRAGMA integrity_check(1)";

    /// <summary>A restored database counts as a different one: its clients send their history again. Nobody stays signed in.</summary>
    public const string NewIdentity = "UPDATE store SET store_id = @store_id";

    public const string EndSessions = "DELETE FROM admin_sessions";

    public const string Attach = "ATTACH DATABASE @file AS former";

    /// <summary>Reads the whole file, so that damage is found before its content is trusted.</summary>
    public const string CheckFormer = "PRAGMA former.quick_check(1)";

    public const string HasTable = "SELECT count(*) FROM former.sqlite_master WHERE type = 'table' AND name = @name";

    /// <summary>Keeps the record of changes since the backup, including revocations.</summary>
    public const string KeepAudit = """
        INSERT INTO main.audit_log (at, actor, action, target, detail, address)
        SELECT at, actor, action, target, detail, address FROM former.audit_log
        WHERE at > (SELECT coalesce(max(at), 0) FROM main.audit_log) ORDER BY audit_id
        """;
}
