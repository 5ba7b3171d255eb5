using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Ccflux.Storage.Sqlite;

/// <summary>Reading connections: a few, kept open, each for one caller at a time. They see the last commit and can change nothing.</summary>
public sealed class SqliteReaders : IDisposable
{
    /// <summary>Readers at once. Each may hold <see cref="CacheKilobytes"/> of pages.</summary>
    public const int MaxReaders = 4;

    private const int CacheKilobytes = 8192;

    private readonly string _connectionString;
    private readonly SemaphoreSlim _free = new(MaxReaders);
    private readonly ConcurrentBag<SqliteConnection> _idle = [];

    public SqliteReaders(string path)
    {
        SqliteLibrary.EnsureLoaded();
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString();
    }

    /// <summary>Waits for a free connection; disposing the lease gives it back.</summary>
    public async Task<ReaderLease> RentAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return new ReaderLease(this, _idle.TryTake(out var idle) ? idle : Open());
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }

        _free.Dispose();
    }

    internal void Return(SqliteConnection connection)
    {
        _idle.Add(connection);
        _free.Release();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA query_only = 1; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -{CacheKilobytes}; PRAGMA temp_store = memory";
        command.ExecuteNonQuery();
        return connection;
    }
}

/// <summary>A reading connection, until it is disposed.</summary>
public sealed class ReaderLease : IDisposable
{
    private readonly SqliteReaders _readers;
    private SqliteConnection? _connection;

    internal ReaderLease(SqliteReaders readers, SqliteConnection connection)
    {
        _readers = readers;
        _connection = connection;
    }

    public SqliteConnection Connection => _connection ?? throw new ObjectDisposedException(nameof(ReaderLease));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            _readers.Return(connection);
        }
    }
}
