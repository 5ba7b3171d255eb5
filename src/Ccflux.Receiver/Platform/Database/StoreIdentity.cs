using Ccflux.Storage.Reading;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Platform.Database;

/// <summary>The database's identity as reported to clients: when it changes, they send their history again.</summary>
internal sealed class StoreIdentity(ReadSessions readers)
{
    private string? _id;

    public ValueTask<string> GetAsync(CancellationToken cancellationToken) =>
        _id is { } id ? ValueTask.FromResult(id) : new ValueTask<string>(ReadAsync(cancellationToken));

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenUrgentAsync(cancellationToken);
        return _id = session.Text(SqliteDatabase.SelectStoreId) ?? throw new InvalidOperationException("The database has no identity.");
    }
}
