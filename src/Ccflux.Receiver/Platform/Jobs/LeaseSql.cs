namespace Ccflux.Receiver.Platform.Jobs;

/// <summary>SQL for leases.</summary>
internal static class LeaseSql
{
    /// <summary>Counts one if this holder has the lease, or had it last.</summary>
    public const string IsOf = "SELECT count(*) FROM leases WHERE name = @name AND holder = @holder";

    public const string Take = """
        INSERT INTO leases (name, holder, until) VALUES (@name, @holder, @until)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE leases.holder = @holder OR leases.until <= @now
        """;

    public const string Release = "DELETE FROM leases WHERE name = @name AND holder = @holder";
}
