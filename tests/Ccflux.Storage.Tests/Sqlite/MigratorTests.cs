using Ccflux.Storage.Sqlite;
using Xunit;

namespace Ccflux.Storage.Tests.Sqlite;

public sealed class MigratorTests : IDisposable
{
    private static readonly Migration First = new(1, "0001_a", "CREATE TABLE a (x INTEGER);");
    private static readonly Migration Second = new(2, "0002_b", "CREATE TABLE b (x INTEGER); INSERT INTO a VALUES (1);");

    private readonly TemporaryFile _file = new();

    [Fact]
    public void Apply_EmptyDatabase_AppliesAllOnce()
    {
        using var connection = SqliteConnection.Open(_file.Path);

        Assert.Equal(1, new Migrator([First]).Apply(connection));
        Assert.Equal(1, new Migrator([First, Second]).Apply(connection));
        Assert.Equal(0, new Migrator([First, Second]).Apply(connection));
        Assert.Equal(1, connection.Scalar("SELECT count(*) FROM a"));
    }

    [Fact]
    public void Apply_EditedMigration_IsRefused()
    {
        using var connection = SqliteConnection.Open(_file.Path);
        new Migrator([First]).Apply(connection);

        var exception = Assert.Throws<MigrationException>(() => new Migrator([First with { Sql = First.Sql + " " }]).Apply(connection));

        Assert.Contains("0001_a", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_DatabaseNewerThanTheProgram_IsRefused()
    {
        using var connection = SqliteConnection.Open(_file.Path);
        new Migrator([First, Second]).Apply(connection);

        Assert.Contains("newer", Assert.Throws<MigrationException>(() => new Migrator([First]).Apply(connection)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_FailingMigration_LeavesNothingBehind()
    {
        using var connection = SqliteConnection.Open(_file.Path);
        var failing = new Migration(2, "0002_x", "CREATE TABLE c (x INTEGER); INSERT INTO nowhere VALUES (1);");

        Assert.Throws<StorageException>(() => new Migrator([First, failing]).Apply(connection));

        Assert.Equal(0, connection.Scalar("SELECT count(*) FROM sqlite_master"));
    }

    [Fact]
    public void ForDialect_VaultOfAnEarlierVersion_KeepsItsAccountsAndWhatHangsOnThem()
    {
        using var connection = SqliteConnection.Open(_file.Path);
        connection.ExecuteScript("PRAGMA foreign_keys = ON");
        var known = Migration.Embedded(typeof(Migrator).Assembly, "sqlite");
        new Migrator([.. known.TakeWhile(migration => migration.Number < 11)]).Apply(connection);
        connection.ExecuteScript("""
            INSERT INTO fleet_accounts (account_id, account_uuid, label, credential, fingerprint, access_fingerprint, refreshable, expires_at, holder, held_since, refreshed_at, refreshed_by, created_at)
            VALUES (5, 'kim', 'work', x'00', 'f', 'a', 1, 0, 'vault', 0, 0, 'login', 0);
            INSERT INTO fleet_pins VALUES ('fleet', '', 5, 'soft', 0, 'admin');
            """);

        new Migrator(known).Apply(connection);

        Assert.Equal(1, connection.Scalar("SELECT count(*) FROM fleet_accounts WHERE account_id = 5 AND account_key = 'kim' AND account_uuid = 'kim' AND organization_uuid IS NULL AND revision = 0"));
        Assert.Equal(1, connection.Scalar("SELECT count(*) FROM fleet_pins WHERE account_id = 5"));
        connection.Execute("DELETE FROM fleet_accounts WHERE account_id = 5");
        Assert.Equal(0, connection.Scalar("SELECT count(*) FROM fleet_pins"));
    }

    [Fact]
    public void ForDialect_Sqlite_HoldsTheWholeSchema()
    {
        using var connection = SqliteDatabase.OpenForWriting(_file.Path);

        Assert.True(connection.Scalar("SELECT count(*) FROM sqlite_master WHERE name IN ('turns', 'usage_events', 'refresh_tokens', 'device_keys', 'tier_hints')") == 5);
        Assert.Equal("wal", connection.Text("PRAGMA journal_mode"));
        Assert.Equal(2, connection.Scalar("PRAGMA synchronous"));
        Assert.Equal(1, connection.Scalar("PRAGMA secure_delete"));
    }

    public void Dispose() => _file.Dispose();
}
