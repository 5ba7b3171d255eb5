using Ccflux.Storage.Sqlite;
using Xunit;

namespace Ccflux.Storage.Tests.Sqlite;

public sealed class SqliteConnectionTests : IDisposable
{
    private const string Count = "SELECT count(*) FROM t";

    private readonly TemporaryFile _file = new();

    [Fact]
    public void Open_FileThatIsNoDatabase_IsAStorageException()
    {
        File.WriteAllText(_file.Path, new string('x', 4096));

        Assert.Throws<StorageException>(() => SqliteDatabase.OpenForWriting(_file.Path));
    }

    [Fact]
    public void OpenReadOnly_NoSuchFile_IsAStorageExceptionThatNamesIt()
    {
        var failure = Assert.Throws<StorageException>(() => SqliteConnection.OpenReadOnly(_file.Path));

        Assert.Contains(_file.Path, failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_file.Path));
    }

    [Fact]
    public void Execute_StatementThatFails_SaysWhyAndTheConnectionGoesOn()
    {
        using var connection = SqliteConnection.Open(_file.Path);
        connection.ExecuteScript("CREATE TABLE t (x UNIQUE); -- and a comment\n");
        const string Insert = "INSERT INTO t VALUES (@x)";
        connection.Execute(Insert, ("x", 1));

        var failure = Assert.Throws<StorageException>(() => connection.Execute(Insert, ("x", 1)));
        var unknown = Assert.Throws<StorageException>(() => connection.Execute("INSERT INTO nowhere VALUES (1)"));

        Assert.Equal((StorageFault.Statement, false), (failure.Fault, failure.IsTransient));
        Assert.Contains("UNIQUE constraint failed: t.x", failure.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(1, connection.Execute(Insert, ("x", 2)));
        Assert.Equal(2, connection.Scalar(Count));
    }

    [Fact]
    public void Execute_DatabaseLocked_IsTransient()
    {
        using var connection = SqliteConnection.Open(_file.Path);
        connection.ExecuteScript("CREATE TABLE t (x); PRAGMA busy_timeout = 10");
        using var other = SqliteConnection.Open(_file.Path);
        other.Begin();

        Assert.True(Assert.Throws<StorageException>(() => connection.Execute("INSERT INTO t VALUES (1)")).IsTransient);

        other.RollBack();
        Assert.Equal(1, connection.Execute("INSERT INTO t VALUES (1)"));
    }

    [Fact]
    public void RollBack_UndoesTheTransaction_AndDoesNothingWithoutOne()
    {
        using var connection = SqliteConnection.Open(_file.Path);
        connection.ExecuteScript("CREATE TABLE t (x)");
        connection.Begin();
        connection.Execute("INSERT INTO t VALUES (1)");

        connection.RollBack();
        connection.RollBack();

        Assert.Equal(0, connection.Scalar(Count));
    }

    [Fact]
    public void Query_AfterDispose_IsRefused()
    {
        var connection = SqliteConnection.Open(_file.Path);
        connection.Scalar("SELECT 1");
        connection.Dispose();
        connection.Dispose();

        Assert.Throws<ObjectDisposedException>(() => connection.Scalar("SELECT 1"));
        Assert.Throws<ObjectDisposedException>(() => connection.ExecuteScript("SELECT 1"));
    }

    public void Dispose() => _file.Dispose();
}
