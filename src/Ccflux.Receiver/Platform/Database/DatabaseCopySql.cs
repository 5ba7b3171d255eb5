namespace Ccflux.Receiver.Platform.Database;

/// <summary>SQL of backup and restore.</summary>
internal static class DatabaseCopySql
{
    public const string CopyTo = "VACUUM INTO ?";

    public const string IsOurs = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'store'";

    public const string Check = "PRAGMA integrity_check(1)";

    /// <summary>A restored database is another one: its clients send their history again. Nobody stays signed in.</summary>
    public const string NewIdentity = "UPDATE store SET store_id = ?";

    public const string EndSessions = "DELETE FROM admin_sessions";
}
