using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Ccflux.Storage.Sqlite;

/// <summary>Reads rows directly from SQLite: a day's rollups are thousands of figures, and the reader of Microsoft.Data.Sqlite costs
/// several times as much for each.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct RawRows : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    private RawRows(sqlite3 database, sqlite3_stmt statement)
    {
        _database = database;
        _statement = statement;
    }

    /// <param name="values">Values bound by position: one parameter of the SQL for each.</param>
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

    /// <param name="text">The text parameter, which is bound first.</param>
    public static RawRows Query(SqliteConnection connection, string sql, string text, params ReadOnlySpan<long> values)
    {
        var database = connection.Handle!;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(database, sql, out var statement), database);
        SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_text(statement, 1, text), database);
        for (var i = 0; i < values.Length; i++)
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_int64(statement, i + 2, values[i]), database);
        }

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

    public long Number(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>A figure that cannot be negative: a sum that has wrapped counts as zero, and one that became a real number as the largest possible figure.</summary>
    public long Figure(int column) => Math.Max(0, Number(column));

    /// <summary>A number that is known to be small: an id, a day, a count within a day.</summary>
    public int Small(int column) => checked((int)Number(column));

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? "";

    /// <summary>Valid until the next row; empty for NULL.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose() => _statement.Dispose();
}
