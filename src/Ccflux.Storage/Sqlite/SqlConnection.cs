using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Ccflux.Storage.Sqlite;

/// <summary>The writing connection: SQLite with as little as possible in between, for one thread at a time.
/// Each SQL text is prepared once and kept, so texts must be constants.</summary>
public sealed unsafe class SqlConnection : IDisposable
{
    /// <summary>More texts than this mean that SQL is being built from values.</summary>
    private const int MaxStatements = 500;

    private readonly Dictionary<string, nint> _statements = new(ReferenceEqualityComparer.Instance);
    private nint _db;

    private SqlConnection(nint db) => _db = db;

    /// <summary>SQLite's own version, such as <c>3.53.4</c>.</summary>
    public static string LibraryVersion => Marshal.PtrToStringUTF8(SqliteNative.LibVersion())!;

    public long LastInsertId => SqliteNative.LastInsertRowId(_db);

    internal bool InTransaction => SqliteNative.GetAutocommit(_db) == 0;

    /// <summary>Opens a database for writing, and creates it if it does not exist.</summary>
    public static SqlConnection Open(string path)
    {
        const int Flags = SqliteNative.OpenReadWrite | SqliteNative.OpenCreate | SqliteNative.OpenNoMutex;
        var code = SqliteNative.Open(path, out var db, Flags, 0);
        if (code != SqliteNative.Ok)
        {
            _ = SqliteNative.Close(db);
            throw new StorageException(code, $"The database {path} cannot be opened");
        }

        var connection = new SqlConnection(db);
        _ = SqliteNative.BusyTimeout(db, 5000);
        return connection;
    }

    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<SqlValue> values)
    {
        var statement = Bind(sql, values);
        try
        {
            while (Step(statement))
            {
            }
        }
        finally
        {
            _ = SqliteNative.Reset(statement);
        }

        return SqliteNative.Changes(_db);
    }

    public SqlRows Query(string sql, params ReadOnlySpan<SqlValue> values) => new(this, Bind(sql, values));

    /// <summary>The first column of the first row, or null if there is no row or the column is null.</summary>
    public long? Scalar(string sql, params ReadOnlySpan<SqlValue> values)
    {
        using var rows = Query(sql, values);
        return rows.Read() ? rows.NumberOrNull(0) : null;
    }

    /// <summary>Runs several statements without parameters: a migration, pragmas.</summary>
    public void ExecuteScript(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = bytes)
        {
            var next = start;
            var end = start + bytes.Length;
            while (next < end)
            {
                Check(SqliteNative.Prepare(_db, next, (int)(end - next), 0, out var statement, out next));
                if (statement == 0)
                {
                    continue;
                }

                try
                {
                    while (Step(statement))
                    {
                    }
                }
                finally
                {
                    _ = SqliteNative.Finalize(statement);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            _ = SqliteNative.Finalize(statement);
        }

        _statements.Clear();
        if (_db != 0)
        {
            _ = SqliteNative.Close(_db);
            _db = 0;
        }
    }

    internal bool Step(nint statement)
    {
        var code = SqliteNative.Step(statement);
        return code switch
        {
            SqliteNative.Row => true,
            SqliteNative.Done => false,
            _ => throw Failure(statement),
        };
    }

    private nint Bind(string sql, ReadOnlySpan<SqlValue> values)
    {
        ObjectDisposedException.ThrowIf(_db == 0, this);
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = Prepare(sql);
        }

        for (var i = 0; i < values.Length; i++)
        {
            ref readonly var value = ref values[i];
            if (value.IsInteger)
            {
                Check(SqliteNative.BindInt64(statement, i + 1, value.Integer));
            }
            else if (value.Reference is string text)
            {
                BindText(statement, i + 1, text);
            }
            else if (value.Reference is byte[] blob)
            {
                fixed (byte* start = blob)
                {
                    Check(SqliteNative.BindBlob(statement, i + 1, start, blob.Length, SqliteNative.Transient));
                }
            }
            else
            {
                Check(SqliteNative.BindNull(statement, i + 1));
            }
        }

        return statement;
    }

    private nint Prepare(string sql)
    {
        if (_statements.Count >= MaxStatements)
        {
            throw new InvalidOperationException("Too many different SQL texts: a text must be a constant, its values parameters.");
        }

        var bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = bytes)
        {
            Check(SqliteNative.Prepare(_db, start, bytes.Length, SqliteNative.PreparePersistent, out var statement, out _));
            _statements.Add(sql, statement);
            return statement;
        }
    }

    private void BindText(nint statement, int index, string text)
    {
        var max = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = max > 512 ? ArrayPool<byte>.Shared.Rent(max) : null;
        Span<byte> buffer = rented ?? stackalloc byte[512];
        var length = Encoding.UTF8.GetBytes(text, buffer);
        fixed (byte* start = buffer)
        {
            var code = SqliteNative.BindText(statement, index, start, length, SqliteNative.Transient);
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }

            Check(code);
        }
    }

    private void Check(int code)
    {
        if (code != SqliteNative.Ok)
        {
            throw Failure(0);
        }
    }

    private StorageException Failure(nint statement)
    {
        var failure = new StorageException(SqliteNative.ExtendedErrorCode(_db), Marshal.PtrToStringUTF8(SqliteNative.ErrorMessage(_db)) ?? "");
        if (statement != 0)
        {
            _ = SqliteNative.Reset(statement);
        }

        return failure;
    }
}
