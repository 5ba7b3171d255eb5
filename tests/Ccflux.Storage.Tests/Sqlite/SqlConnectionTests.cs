using Ccflux.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Ccflux.Storage.Tests.Sqlite;

public sealed class SqlConnectionTests : IDisposable
{
    private readonly TemporaryFile _file = new();

    [Fact]
    public void Execute_EveryKindOfValue_ComesBackAsItWas()
    {
        using var connection = SqlConnection.Open(_file.Path);
        connection.ExecuteScript("CREATE TABLE t (a, b, c, d, e); -- and a comment\n");
        var text = string.Concat(Enumerable.Repeat("löng ", 300));

        connection.Execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)", long.MinValue, text, new byte[] { 0, 1, 255 }, (string?)null, true);

        using var rows = connection.Query("SELECT a, b, c, d, e FROM t");
        Assert.True(rows.Read());
        Assert.Equal(long.MinValue, rows.Number(0));
        Assert.Equal(text, rows.Text(1));
        Assert.Equal([0, 1, 255], rows.Blob(2));
        Assert.True(rows.IsNull(3));
        Assert.Equal(1, rows.Number(4));
        Assert.False(rows.Read());
    }

    [Fact]
    public async Task Reader_SeesCommitsAndCanChangeNothing()
    {
        using var connection = SqliteDatabase.OpenForWriting(_file.Path);
        using var readers = new SqliteReaders(_file.Path);
        using var lease = await readers.RentAsync(TestContext.Current.CancellationToken);
        connection.Execute("INSERT INTO users (email, created_at) VALUES ('a@example.org', 0)");

        using var command = lease.Connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM users";
        Assert.Equal(1L, command.ExecuteScalar());
        command.CommandText = "DELETE FROM users";
        Assert.Throws<SqliteException>(() => command.ExecuteNonQuery());
    }

    [Fact]
    public void Open_FileThatIsNoDatabase_IsAStorageException()
    {
        File.WriteAllText(_file.Path, new string('x', 4096));

        Assert.Throws<StorageException>(() => SqliteDatabase.OpenForWriting(_file.Path));
    }

    [Fact]
    public void Library_BothWaysIn_AreTheSameVersion()
    {
        using var connection = SqliteDatabase.OpenForWriting(_file.Path);
        using var managed = new SqliteConnection("Data Source=:memory:");
        managed.Open();

        Assert.Equal(managed.ServerVersion, SqlConnection.LibraryVersion);
    }

    public void Dispose() => _file.Dispose();
}
