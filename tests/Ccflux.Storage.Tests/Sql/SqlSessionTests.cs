using Ccflux.Storage.Sql;
using Ccflux.Storage.Sqlite;
using Xunit;

namespace Ccflux.Storage.Tests.Sql;

/// <summary>The common SQL, on SQLite: parameters, lists, and the words that are translated.</summary>
public sealed class SqlSessionTests : IDisposable
{
    private const string Difference = "SELECT @a - @b";

    private readonly TemporaryFile _file = new();
    private readonly SqliteConnection _connection;

    public SqlSessionTests()
    {
        _connection = SqliteConnection.Open(_file.Path);
        _connection.ExecuteScript("""
            CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);
            INSERT INTO t VALUES (1, 'a'), (2, 'o''neil'), (3, '"b" \ c'), (4, 'ä'), (5, ''), (6, NULL);
            """);
    }

    [Fact]
    public void Query_ParameterWithoutValue_ThrowsAndTheStatementGoesOn()
    {
        using var reader = SqliteConnection.OpenReadOnly(_file.Path);
        foreach (SqlSession session in new[] { _connection, reader })
        {
            Assert.Throws<ArgumentException>(() => session.Scalar(Difference));
            Assert.Throws<ArgumentException>(() => session.Scalar(Difference, ("a", 5)));
            Assert.Throws<ArgumentException>(() => session.Scalar(Difference, ("b", 3), ("c", 5)));

            Assert.Equal(2, session.Scalar(Difference, ("a", 5), ("b", 3)));
            Assert.Throws<ArgumentException>(() => session.Scalar(Difference, ("a", 5)));
        }
    }

    [Fact]
    public void Query_ParameterUsedTwice_HasOneValue()
    {
        Assert.Equal(12, _connection.Scalar("SELECT @a * @b + @a", ("a", 3), ("b", 3)));
        Assert.Equal(10, _connection.Scalar("SELECT @a + @a", ("a", 5)));
    }

    [Fact]
    public void Query_ParameterThatTheSqlLacks_IsIgnored()
    {
        Assert.Equal(2, _connection.Scalar(Difference, ("before", 7), ("a", 5), ("between", 7), ("b", 3), ("after", 7)));
        Assert.Equal(1, _connection.Scalar("SELECT 1", ("a", 5)));
    }

    [Fact]
    public void Query_OtherOrderOfParameters_BindsTheSame()
    {
        Assert.Equal(2, _connection.Scalar(Difference, ("a", 5), ("b", 3)));
        Assert.Equal(2, _connection.Scalar(Difference, ("b", 3), ("a", 5)));
        Assert.Equal(-4, _connection.Scalar(Difference, ("more", 0), ("a", 2), ("b", 6)));
        Assert.Equal(4, _connection.Scalar(Difference, ("b", 2), ("more", 0), ("a", 6)));
        Assert.Equal(1, _connection.Scalar(Difference, ("a", 2), ("b", 1)));
    }

    [Fact]
    public void Any_Numbers_FindsThose()
    {
        Assert.Empty(Found([]));
        Assert.Equal([2L], Found([2]));
        Assert.Equal([1L, 3, 5], Found([5, 1, 99, -3, 3, 1]));

        List<long> Found(long[] ids) => _connection.List("SELECT id FROM t WHERE id = ANY(@ids) ORDER BY id", static rows => rows.Int64(0), ("ids", ids));
    }

    [Fact]
    public void Any_Texts_FindsThose()
    {
        Assert.Empty(Found([]));
        Assert.Equal([1L], Found(["a"]));
        Assert.Equal([5L], Found([""]));
        Assert.Equal([2L, 3, 4], Found(["ä", "o'neil", "\"b\" \\ c", "A", "', 1) --"]));

        List<long> Found(string[] names) => _connection.List("SELECT id FROM t WHERE name = ANY(@names) ORDER BY id", static rows => rows.Int64(0), ("names", names));
    }

    [Fact]
    public void Any_BesideOtherParameters_FindsThose() => Assert.Equal(
        [1L, 4],
        _connection.List(
            "SELECT id FROM t WHERE (name = ANY(@names) OR id = ANY (@ids)) AND id <> @not ORDER BY id",
            static rows => rows.Int64(0),
            ("not", 2),
            ("ids", new long[] { 4 }),
            ("names", new[] { "a", "o'neil" })));

    [Fact]
    public void LeastAndGreatest_ChooseOneOfTheirValues()
    {
        Assert.Equal((2, 3), _connection.First("SELECT least(@a, @b), greatest(@a, @b)", static rows => (rows.Int64(0), rows.Int64(1)), ("a", 3), ("b", 2)));
        Assert.Equal(5, _connection.Scalar("SELECT greatest(1, least(5, 9)) FROM t WHERE id = greatest(1, least(2, 1))"));
        Assert.Equal(6, _connection.Scalar("SELECT max(id) FROM t"));
    }

    [Fact]
    public void IsNotDistinctFrom_NullOrValue_FindsThatRow()
    {
        const string Same = "SELECT id FROM t WHERE name IS NOT DISTINCT FROM @name";
        const string Others = "SELECT count(*) FROM t WHERE name IS DISTINCT FROM @name";

        Assert.Equal((6, 5), (_connection.Scalar(Same, ("name", SqlValue.Null)), _connection.Scalar(Others, ("name", SqlValue.Null))));
        Assert.Equal((1, 5), (_connection.Scalar(Same, ("name", "a")), _connection.Scalar(Others, ("name", "a"))));
    }

    [Fact]
    public void ForUpdate_OfARow_IsReadAsUsual() => Assert.Equal("a", _connection.Text("SELECT name FROM t WHERE id = @id FOR UPDATE", ("id", 1)));

    [Fact]
    public void FirstScalarTextAny_NoRowOrNull_AreNothing()
    {
        const string None = "SELECT name FROM t WHERE id = 99";
        const string Null = "SELECT name FROM t WHERE id = 6";

        Assert.Equal((null, null, null, false), (_connection.First(None, static rows => rows.Text(0)), _connection.Scalar(None), _connection.Text(None), _connection.Any(None)));
        Assert.Equal(("", null, null, true), (_connection.First(Null, static rows => rows.Text(0)), _connection.Scalar(Null), _connection.Text(Null), _connection.Any(Null)));
        Assert.Empty(_connection.List(None, static rows => rows.Text(0)));
    }

    [Fact]
    public void List_ReadThatThrows_LeavesTheStatementUsable()
    {
        const string All = "SELECT id FROM t ORDER BY id";

        Assert.Throws<InvalidOperationException>(() => _connection.List<long>(All, static _ => throw new InvalidOperationException()));
        Assert.Equal([1L, 2, 3, 4, 5, 6], _connection.List(All, static rows => rows.Int64(0)));
    }

    public void Dispose()
    {
        _connection.Dispose();
        _file.Dispose();
    }
}
