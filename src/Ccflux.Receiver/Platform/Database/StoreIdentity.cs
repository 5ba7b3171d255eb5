using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Platform.Database;

/// <summary>The database's identity as reported to clients: when it changes, they send their history again.</summary>
internal sealed class StoreIdentity(ReadSessions readers)
{
    private string? _id;

    public ValueTask<string> GetAsync(CancellationToken cancellationToken) =>
        _id is { } id ? ValueTask.FromResult(id) : new ValueTask<string>(ReadAsync(cancellationToken));

    /// <summary>The identity as a session sees it; a restored database has another one.</summary>
    public static string? Read(SqlSession session) => session.Text(StoreSql.SelectId);

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenUrgentAsync(cancellationToken);
        return _id = Read(session) ?? throw new InvalidOperationException("The database has no identity.");
    }
}
