using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Ccflux.Storage.Sqlite;

/// <summary>A bounded number of reading connections, opened when first needed.</summary>
internal sealed class ReaderPool(string connectionString, int size, int cacheKilobytes) : IDisposable
{
    private readonly SemaphoreSlim _free = new(size);
    private readonly ConcurrentBag<Reader> _idle = [];

    public async Task<Reader> TakeAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return _idle.TryTake(out var idle) ? idle : new Reader(connectionString, cacheKilobytes);
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    public void Return(Reader reader)
    {
        _idle.Add(reader);
        _free.Release();
    }

    /// <summary>Closes the connections that are not in use; the next read opens one again.</summary>
    public void CloseIdle()
    {
        while (_idle.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    public void Dispose()
    {
        CloseIdle();
        _free.Dispose();
    }
}

/// <summary>A reading connection whose statements can be stopped.</summary>
internal sealed class Reader : IDisposable
{
    /// <summary>Steps of SQLite's virtual machine between two checks of <see cref="Ended"/>: well under a millisecond.</summary>
    private const int StepsBetweenChecks = 10_000;

    public Reader(string connectionString, int cacheKilobytes)
    {
        Connection = new SqliteConnection(connectionString);
        Connection.Open();
        using var command = Connection.CreateCommand();
        command.CommandText = $"PRAGMA query_only = 1; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -{cacheKilobytes}; PRAGMA temp_store = memory";
        command.ExecuteNonQuery();

        // Not sqlite3_interrupt: a late call would stop the statement of the next user of the connection.
        raw.sqlite3_progress_handler(Connection.Handle, StepsBetweenChecks, _ => Ended.IsCancellationRequested ? 1 : 0, null);
    }

    public SqliteConnection Connection { get; }

    /// <summary>Once cancelled, stops the running statement and every later statement that takes some time.</summary>
    public CancellationToken Ended { get; set; }

    public void Dispose() => Connection.Dispose();
}
