using Ccflux.Storage.Sql;

namespace Ccflux.Storage.Reading;

/// <summary>A reading session: it sees the last commit and cannot change anything. Disposing it returns it to the pool.</summary>
public sealed class ReadSession : SqlSession, IDisposable
{
    private readonly ReadPool _pool;
    private readonly Action? _returned;
    private ReadConnection? _connection;

    internal ReadSession(ReadPool pool, ReadConnection connection, Action? returned, CancellationToken ended)
    {
        _pool = pool;
        _returned = returned;
        _connection = connection;
        connection.Ended = ended;
    }

    private ReadConnection Connection => _connection ?? throw new ObjectDisposedException(nameof(ReadSession));

    public override Rows Query(string sql, params ReadOnlySpan<SqlParameter> parameters) => Connection.Query(sql, parameters);

    /// <summary>All reads from now on see the same commit.</summary>
    public void BeginSnapshot() => Connection.BeginSnapshot();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            connection.Ended = default;
            _pool.Return(connection);
            _returned?.Invoke();
        }
    }
}
