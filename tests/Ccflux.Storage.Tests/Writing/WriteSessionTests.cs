using Ccflux.Storage.Sqlite;
using Xunit;

namespace Ccflux.Storage.Tests.Writing;

public sealed class WriteSessionTests : IDisposable
{
    private readonly TemporaryFile _file = new();
    private readonly SqliteConnection _connection;

    public WriteSessionTests()
    {
        _connection = SqliteConnection.Open(_file.Path);
        _connection.ExecuteScript("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)");
    }

    [Fact]
    public void Insert_Returning_IsTheId()
    {
        const string Insert = "INSERT INTO t (name) VALUES (@name) RETURNING id";

        Assert.Equal(1, _connection.Insert(Insert, ("name", "a")));
        Assert.Equal(2, _connection.Insert(Insert, ("name", "b")));
        Assert.Equal(2, _connection.Scalar("SELECT count(*) FROM t"));
    }

    [Fact]
    public void Insert_NothingInserted_IsZero()
    {
        const string Insert = "INSERT INTO t (name) VALUES (@name) ON CONFLICT DO NOTHING RETURNING id";

        Assert.Equal(1, _connection.Insert(Insert, ("name", "a")));
        Assert.Equal(0, _connection.Insert(Insert, ("name", "a")));
        Assert.Equal(2, _connection.Insert(Insert, ("name", "b")));
    }

    [Fact]
    public void Insert_OfSeveralRows_InsertsAllOfThem()
    {
        Assert.Equal(1, _connection.Insert("INSERT INTO t (name) VALUES ('a'), ('b'), ('c') RETURNING id"));
        Assert.Equal(3, _connection.Scalar("SELECT count(*) FROM t"));
    }

    [Fact]
    public void Execute_ReturnsTheRowsThatItChanged()
    {
        Assert.Equal(2, _connection.Execute("INSERT INTO t (name) VALUES ('a'), ('b')"));
        Assert.Equal(1, _connection.Execute("UPDATE t SET name = @name WHERE id = @id", ("id", 2), ("name", "c")));
        Assert.Equal(0, _connection.Execute("DELETE FROM t WHERE id = @id", ("id", 9)));
    }

    public void Dispose()
    {
        _connection.Dispose();
        _file.Dispose();
    }
}
