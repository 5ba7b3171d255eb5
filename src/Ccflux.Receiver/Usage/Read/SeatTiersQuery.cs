using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>A user's tier.</summary>
internal sealed record SeatTier
{
    public string Email { get; init; } = "";

    public string Label { get; init; } = "";

    /// <summary>What the window held when its limit was hit; null where none was.</summary>
    public long? LimitTokens { get; init; }
}

/// <summary>The tiers of all users that have one.</summary>
internal sealed class SeatTiersQuery(SqliteReaders readers)
{
    public async Task<IReadOnlyList<SeatTier>> ReadAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return lease.Connection.Query<SeatTier>(SubjectSql.SeatTiers).AsList();
    }
}
