using Ccflux.Storage.Sqlite;
using Xunit;

namespace Ccflux.Storage.Tests.Sqlite;

/// <summary>What was stored under the old names of limits stays readable under the new ones.</summary>
public sealed class QuotaNamesMigrationTests : IDisposable
{
    private const int Number = 10;

    private readonly TemporaryFile _file = new();

    [Fact]
    public void Apply_LimitsOfModels_GetTheOneNameAndKeepTheirHistory()
    {
        using var connection = Before();
        Window(connection, 1, account: 1, "weekly_scoped:fable");
        Window(connection, 2, account: 1, "seven_day");

        Apply(connection);

        Assert.Equal("seven_day_fable", connection.Text("SELECT name FROM quota_windows WHERE window_id = 1"));
        Assert.Equal("seven_day", connection.Text("SELECT name FROM quota_windows WHERE window_id = 2"));
        Assert.Equal(1, connection.Scalar("SELECT count(*) FROM quota_readings WHERE window_id = 1"));
    }

    [Fact]
    public void Apply_AccountWithBothNames_JoinsTheirHistories()
    {
        using var connection = Before();
        Window(connection, 1, account: 1, "seven_day_opus", at: 1000);
        Window(connection, 2, account: 1, "weekly_scoped:opus", at: 1000);
        connection.Execute("INSERT INTO quota_readings VALUES (2, 2000, 7000, NULL, 'oauth')");
        connection.Execute("INSERT INTO quota_hours VALUES (2, 5, 1, 1, 1, NULL, 1)");

        Apply(connection);

        Assert.Equal(1, connection.Scalar("SELECT count(*) FROM quota_windows"));
        Assert.Equal(2, connection.Scalar("SELECT count(*) FROM quota_readings WHERE window_id = 1"));
        Assert.Equal(1, connection.Scalar("SELECT count(*) FROM quota_hours WHERE window_id = 1"));
    }

    [Fact]
    public void Apply_OldNamesThatComeToTheSame_AreNoFailure()
    {
        using var connection = Before();
        Window(connection, 1, account: 1, "weekly_scoped:a-b");
        Window(connection, 2, account: 1, "weekly_scoped:A.b");
        Window(connection, 3, account: 2, "weekly_scoped:a_b");

        Apply(connection);

        Assert.Equal(2, connection.Scalar("SELECT count(*) FROM quota_windows WHERE name = 'seven_day_a_b'"));
        Assert.Equal(0, connection.Scalar("SELECT count(*) FROM quota_windows WHERE name LIKE 'weekly%'"));
    }

    public void Dispose() => _file.Dispose();

    private SqliteConnection Before()
    {
        var connection = SqliteConnection.Open(_file.Path);
        new Migrator([.. All().Where(migration => migration.Number < Number)]).Apply(connection);
        return connection;
    }

    private static void Apply(SqliteConnection connection) => new Migrator([.. All().Where(migration => migration.Number <= Number)]).Apply(connection);

    private static IReadOnlyList<Migration> All() => Migration.Embedded(typeof(Migrator).Assembly, "sqlite");

    private static void Window(SqliteConnection connection, long id, long account, string name, long at = 1000)
    {
        connection.Execute(
            "INSERT INTO quota_windows (window_id, account_id, name, used_milli, observed_at, source) VALUES (@id, @account, @name, 5000, @at, 'oauth')",
            ("id", id), ("account", account), ("name", name), ("at", at));
        connection.Execute("INSERT INTO quota_readings VALUES (@id, @at, 5000, NULL, 'oauth')", ("id", id), ("at", at));
    }
}
