namespace Ccflux.Receiver.Platform.Jobs;

/// <summary>SQL for leases.</summary>
internal static class LeaseSql
{
    /// <summary>Parameters: name, holder. Counts one if this holder has the lease, or had it last.</summary>
    public const string IsOf = "SELECT count(*) FROM leases WHERE name = ? AND holder = ?";

    /// <summary>Parameters: name, holder, until, now.</summary>
    public const string Take = """
        INSERT INTO leases (name, holder, until) VALUES (?1, ?2, ?3)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE leases.holder = ?2 OR leases.until <= ?4
        """;

    /// <summary>Parameters: name, holder.</summary>
    public const string Release = "DELETE FROM leases WHERE name = ? AND holder = ?";
}
