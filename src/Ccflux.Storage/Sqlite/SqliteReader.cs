using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Storage.Sqlite;

/// <summary>A reading connection to SQLite whose statements can be stopped.</summary>
internal sealed unsafe class SqliteReader : ReadConnection
{
    /// <summary>Steps of SQLite's virtual machine between two checks of <see cref="ReadConnection.Ended"/>: well under a millisecond.</summary>
    private const int StepsBetweenChecks = 10_000;

    private readonly SqliteConnection _connection;
    private GCHandle _self;

    public SqliteReader(string path, int cacheKilobytes)
    {
        _connection = SqliteConnection.OpenReadOnly(path);
        _connection.ExecuteScript($"PRAGMA query_only = 1; PRAGMA cache_size = -{cacheKilobytes}; PRAGMA temp_store = memory");

        // Not sqlite3_interrupt: a late call would stop the statement of the next user of the connection.
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
        SqliteNative.ProgressHandler(_connection.Handle, StepsBetweenChecks, &MustStop, GCHandle.ToIntPtr(_self));
    }

    public override Rows Query(string sql, params ReadOnlySpan<SqlParameter> parameters) => _connection.Query(sql, parameters);

    public override void BeginSnapshot() => _connection.ExecuteScript("BEGIN");

    public override bool EndSnapshot()
    {
        try
        {
            _connection.RollBack();
            return true;
        }
        catch (StorageException)
        {
            return false;
        }
    }

    protected override void Dispose(bool disposing)
    {
        _connection.Dispose();
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int MustStop(nint self) => GCHandle.FromIntPtr(self).Target is SqliteReader { Ended.IsCancellationRequested: true } ? 1 : 0;
}
