using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Rows of integers, read straight from SQLite: a day's rollups are thousands of figures, and the reader of
/// Microsoft.Data.Sqlite costs several times as much for each.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct RawRows : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    private RawRows(sqlite3 database, sqlite3_stmt statement)
    {
        _database = database;
        _statement = statement;
    }

    /// <param name="values">Bound by position: a parameter of the text for each.</param>
    public static RawRows Query(SqliteConnection connection, string sql, params ReadOnlySpan<long> values)
    {
        var database = connection.Handle!;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(database, sql, out var statement), database);
        for (var i = 0; i < values.Length; i++)
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_int64(statement, i + 1, values[i]), database);
        }

        return new RawRows(database, statement);
    }

    public static RawRows Query(SqliteConnection connection, string sql, string value)
    {
        var database = connection.Handle!;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(database, sql, out var statement), database);
        SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_text(statement, 1, value), database);
        return new RawRows(database, statement);
    }

    public bool Read()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        SqliteException.ThrowExceptionForRC(code == raw.SQLITE_DONE ? raw.SQLITE_OK : code, _database);
        return false;
    }

    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    public int Int(int column) => checked((int)Long(column));

    public void Dispose() => _statement.Dispose();
}
