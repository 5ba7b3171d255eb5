using Ccflux.Storage.Sql;
using Ccflux.Storage.Sqlite;
using Xunit;

namespace Ccflux.Storage.Tests.Sql;

public sealed class RowsTests : IDisposable
{
    private readonly TemporaryFile _file = new();
    private readonly SqliteConnection _connection;

    public RowsTests()
    {
        _connection = SqliteConnection.Open(_file.Path);
        _connection.ExecuteScript("CREATE TABLE t (a, b, c, d, e, f)");
    }

    [Fact]
    public void Values_OfEveryKind_ComeBackAsTheyWere()
    {
        var text = string.Concat(Enumerable.Repeat("löng ", 300));

        _connection.Execute(
            "INSERT INTO t VALUES (@a, @b, @c, @d, @e, @f)",
            ("a", long.MinValue), ("b", text), ("c", new byte[] { 0, 1, 255 }), ("d", (string?)null), ("e", true), ("f", 0.1));

        using var rows = _connection.Query("SELECT a, b, c, d, e, f FROM t");
        Assert.True(rows.Read());
        Assert.Equal(long.MinValue, rows.Int64(0));
        Assert.Equal(text, rows.Text(1));
        Assert.Equal([0, 1, 255], rows.Blob(2));
        Assert.Equal(255, rows.Bytes(2)[2]);
        Assert.True(rows.IsNull(3));
        Assert.True(rows.Bool(4));
        Assert.Equal(0.1, rows.Double(5));
        Assert.False(rows.Read());
    }

    [Fact]
    public void Null_IsReadAsNothing()
    {
        _connection.Execute("INSERT INTO t (a) VALUES (@a)", ("a", SqlValue.Null));

        using var rows = _connection.Query("SELECT a FROM t");
        Assert.True(rows.Read());
        Assert.True(rows.IsNull(0));
        Assert.Equal((0, 0, false, 0), (rows.Int64(0), rows.Int32(0), rows.Bool(0), rows.Double(0)));
        Assert.Equal((null, null, null), (rows.Int64OrNull(0), rows.DoubleOrNull(0), rows.TextOrNull(0)));
        Assert.Equal("", rows.Text(0));
        Assert.Empty(rows.Blob(0));
    }

    [Fact]
    public void Blob_Empty_StaysABlob()
    {
        _connection.Execute("INSERT INTO t (a, b, c) VALUES (@a, @b, @c)", ("a", Array.Empty<byte>()), ("b", (byte[]?)null), ("c", ""));

        using var rows = _connection.Query("SELECT a, b, c, typeof(a), typeof(b), typeof(c) FROM t");
        Assert.True(rows.Read());
        Assert.Equal((false, true, false), (rows.IsNull(0), rows.IsNull(1), rows.IsNull(2)));
        Assert.Equal(("blob", "null", "text"), (rows.Text(3), rows.Text(4), rows.Text(5)));
        Assert.True(rows.Bytes(0).IsEmpty);
    }

    /// <summary>Sums in SQLite can wrap or become real numbers.</summary>
    [Theory]
    [InlineData("-5", 0L)]
    [InlineData("7", 7L)]
    [InlineData("NULL", 0L)]
    [InlineData("1.9e19", long.MaxValue)]
    [InlineData("-1.9e19", 0L)]
    public void NonNegative_OfAnySum_IsWithinBounds(string value, long expected) =>
        Assert.Equal(expected, _connection.First($"SELECT {value}", static rows => rows.NonNegative(0)));

    [Fact]
    public void Int32_OfALargeNumber_Throws() =>
        Assert.Throws<OverflowException>(() => _connection.First("SELECT 3000000000", static rows => rows.Int32(0)));

    public void Dispose()
    {
        _connection.Dispose();
        _file.Dispose();
    }
}
