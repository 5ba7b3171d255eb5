using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Platform.Database;

/// <summary>The database's identity as reported to clients: when it changes, they send their history again.</summary>
internal sealed class StoreIdentity(SqliteReaders readers)
{
    private string? _id;

    public ValueTask<string> GetAsync(CancellationToken cancellationToken) =>
        _id is { } id ? ValueTask.FromResult(id) : new ValueTask<string>(ReadAsync(cancellationToken));

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentUrgentAsync(cancellationToken);
        return _id = await lease.Connection.QuerySingleAsync<string>(SqliteDatabase.SelectStoreId);
    }
}
