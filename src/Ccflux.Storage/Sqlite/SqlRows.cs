using System.Text;

namespace Ccflux.Storage.Sqlite;

/// <summary>Rows of a running query. Disposing them makes the statement ready for its next use.</summary>
public readonly unsafe ref struct SqlRows
{
    private readonly SqlConnection _connection;
    private readonly nint _statement;

    internal SqlRows(SqlConnection connection, nint statement)
    {
        _connection = connection;
        _statement = statement;
    }

    public bool Read() => _connection.Step(_statement);

    public bool IsNull(int column) => SqliteNative.ColumnType(_statement, column) == SqliteNative.NullType;

    public long Number(int column) => SqliteNative.ColumnInt64(_statement, column);

    public long? NumberOrNull(int column) => IsNull(column) ? null : Number(column);

    public string? TextOrNull(int column)
    {
        var text = SqliteNative.ColumnText(_statement, column);
        return text is null ? null : Encoding.UTF8.GetString(text, SqliteNative.ColumnBytes(_statement, column));
    }

    public string Text(int column) => TextOrNull(column) ?? "";

    public byte[] Blob(int column)
    {
        var blob = SqliteNative.ColumnBlob(_statement, column);
        return new ReadOnlySpan<byte>(blob, SqliteNative.ColumnBytes(_statement, column)).ToArray();
    }

    public void Dispose() => _ = SqliteNative.Reset(_statement);
}
