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
        Assert.Contains("another build", exception.Message, StringComparison.Ordinal);
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
