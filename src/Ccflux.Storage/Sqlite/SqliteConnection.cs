using System.Runtime.InteropServices;
using System.Text;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Storage.Sqlite;

/// <summary>A connection to SQLite with as little as possible in between, for one thread at a time.</summary>
public sealed unsafe class SqliteConnection : WriteConnection
{
    /// <summary>More texts than this mean that SQL is being built from values.</summary>
    private const int MaxStatements = 500;

    private readonly Dictionary<string, SqliteStatement> _statements = new(ReferenceEqualityComparer.Instance);
    private readonly bool _keepsStatements;

    private SqliteConnection(nint handle, bool keepsStatements)
    {
        Handle = handle;
        _keepsStatements = keepsStatements;
    }

    /// <summary>SQLite's own version, such as <c>3.53.4</c>.</summary>
    public static string LibraryVersion => Marshal.PtrToStringUTF8(SqliteNative.LibVersion())!;

    internal nint Handle { get; private set; }

    internal bool InTransaction => SqliteNative.GetAutocommit(Handle) == 0;

    /// <summary>Opens a database for writing, and creates it if it does not exist.</summary>
    /// <exception cref="StorageException">The file cannot be opened.</exception>
    public static SqliteConnection Open(string path) => Open(path, SqliteNative.OpenReadWrite | SqliteNative.OpenCreate, keepsStatements: true);

    /// <summary>Opens an existing database for reading.</summary>
    /// <exception cref="StorageException">The file cannot be opened.</exception>
    public static SqliteConnection OpenReadOnly(string path) => Open(path, SqliteNative.OpenReadOnly, keepsStatements: false);

    public override int Execute(string sql, params ReadOnlySpan<SqlParameter> parameters)
    {
        using var statement = Bind(sql, parameters);
        while (statement.Read())
        {
        }

        return SqliteNative.Changes(Handle);
    }

    public override Rows Query(string sql, params ReadOnlySpan<SqlParameter> parameters) => Bind(sql, parameters);

    /// <summary>Runs several statements without parameters: a migration, pragmas.</summary>
    /// <exception cref="StorageException">A statement failed.</exception>
    public void ExecuteScript(string sql)
    {
        ObjectDisposedException.ThrowIf(Handle == 0, this);
        var bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = bytes)
        {
            var next = start;
            var end = start + bytes.Length;
            while (next < end)
            {
                Check(SqliteNative.Prepare(Handle, next, (int)(end - next), 0, out var handle, out next));
                if (handle == 0)
                {
                    continue;
                }

                using var statement = new SqliteStatement(this, handle, isKept: false);
                while (statement.Read())
                {
                }
            }
        }
    }

    public override void Begin() => ExecuteScript("BEGIN IMMEDIATE");

    public override void Commit() => ExecuteScript("COMMIT");

    public override void RollBack()
    {
        // A full disk may have ended the transaction already.
        if (InTransaction)
        {
            ExecuteScript("ROLLBACK");
        }
    }

    public override long ForeignCommits() => Scalar("PRAGMA data_version") ?? 0;

    public override bool Checkpoint() => Scalar("PRAGMA wal_checkpoint(TRUNCATE)") == 0;

    public override void Compact() => ExecuteScript("VACUUM");

    internal void Check(int code)
    {
        if (code != SqliteNative.Ok)
        {
            throw Failure();
        }
    }

    internal StorageException Failure() =>
        Failure(SqliteNative.ExtendedErrorCode(Handle), Marshal.PtrToStringUTF8(SqliteNative.ErrorMessage(Handle)) ?? "");

    protected override void Dispose(bool disposing)
    {
        foreach (var statement in _statements.Values)
        {
            statement.Release();
        }

        _statements.Clear();
        if (Handle != 0)
        {
            _ = SqliteNative.Close(Handle);
            Handle = 0;
        }
    }

    private static SqliteConnection Open(string path, int flags, bool keepsStatements)
    {
        var code = SqliteNative.Open(path, out var handle, flags | SqliteNative.OpenNoMutex, 0);
        if (code != SqliteNative.Ok)
        {
            _ = SqliteNative.Close(handle);
            throw Failure(code, $"The database {path} cannot be opened");
        }

        _ = SqliteNative.BusyTimeout(handle, 5000);
        return new SqliteConnection(handle, keepsStatements);
    }

    private static StorageException Failure(int code, string message) => new(SqliteNative.FaultOf(code), $"{message} (SQLite {code})");

    private SqliteStatement Bind(string sql, ReadOnlySpan<SqlParameter> parameters)
    {
        ObjectDisposedException.ThrowIf(Handle == 0, this);
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = Prepare(sql);
        }

        try
        {
            statement.Bind(parameters);
            return statement;
        }
        catch
        {
            statement.Dispose();
            throw;
        }
    }

    private SqliteStatement Prepare(string sql)
    {
        if (_statements.Count >= MaxStatements)
        {
            throw new InvalidOperationException("Too many different SQL texts: a text must be a constant, its values parameters.");
        }

        var bytes = Encoding.UTF8.GetBytes(SqliteDialect.Translate(sql));
        fixed (byte* start = bytes)
        {
            Check(SqliteNative.Prepare(Handle, start, bytes.Length, _keepsStatements ? SqliteNative.PreparePersistent : 0, out var handle, out _));
            var statement = new SqliteStatement(this, handle, _keepsStatements);
            if (_keepsStatements)
            {
                _statements.Add(sql, statement);
            }

            return statement;
        }
    }
}
