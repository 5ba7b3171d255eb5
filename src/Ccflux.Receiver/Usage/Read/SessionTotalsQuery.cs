using System.Text.Json;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>All that the turns of a session used of a model.</summary>
internal sealed record SessionTotals
{
    public string Session { get; init; } = "";

    public string Model { get; init; } = "";

    public long Input { get; init; }

    public long Output { get; init; }

    public long CacheRead { get; init; }

    public long CacheWrite { get; init; }
}

/// <summary>Reads sessions by their id, whole.</summary>
internal sealed class SessionTotalsQuery(SqliteReaders readers)
{
    public async Task<IReadOnlyList<SessionTotals>> ReadAsync(string email, IReadOnlyCollection<string> sessions, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return lease.Connection.Query<SessionTotals>(SubjectSql.SessionTotals, new { Email = email, Sessions = JsonSerializer.Serialize(sessions) }).AsList();
    }
}
