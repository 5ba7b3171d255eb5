using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>An enrolled agent: whose requests these are, and what is sealed to it.</summary>
/// <param name="SigningKey">Ed25519 public key in base64.</param>
/// <param name="SealingKey">P-256 public key in base64.</param>
/// <param name="Sequence">Of its last heartbeat that was stored.</param>
/// <param name="SignedUntil">No heartbeat of it was signed later by a clock that is ahead; null where none was ahead.</param>
/// <param name="Stored">What is stored of what it said last.</param>
internal sealed record EnrolledAgent(
    string AgentId, string Machine, string SigningKey, string SealingKey, bool IsRevoked, long Sequence, DateTimeOffset? SignedUntil, AgentReport Stored);

/// <summary>What rotation and renewing go by, of what an agent says of itself.</summary>
/// <param name="Applied">Fingerprint of the login in its config dir.</param>
/// <param name="Login">One of <see cref="Contracts.Fleet.LoginPlace"/>; null where it was never heard.</param>
internal sealed record AgentReport(string? Applied, bool HasSessions, string? Login, string Version, string Platform);

/// <summary>Finds agents by their ids.</summary>
internal sealed class AgentDirectory(SqliteReaders readers, TimeProvider time)
{
    private readonly RecentCache<string, EnrolledAgent> _recent = new(time);

    /// <summary>As it was stored a moment ago; null where there is none such.</summary>
    public ValueTask<EnrolledAgent?> FindAsync(string agentId, CancellationToken cancellationToken) =>
        _recent.TryGet(agentId, out var agent) ? ValueTask.FromResult<EnrolledAgent?>(agent) : new ValueTask<EnrolledAgent?>(ReadAsync(agentId, cancellationToken));

    /// <summary>Forgets what was read: a revocation holds from here on.</summary>
    public void Forget() => _recent.Clear();

    /// <summary>As it is stored now, whichever process stored it; null where there is none such.</summary>
    public async Task<EnrolledAgent?> ReadAsync(string agentId, CancellationToken cancellationToken)
    {
        var generation = _recent.Generation;
        using var lease = await readers.RentUrgentAsync(cancellationToken);
        var row = await lease.Connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(AgentSql.Find, new { AgentId = agentId }, cancellationToken: cancellationToken));
        if (row is null)
        {
            return null;
        }

        var agent = new EnrolledAgent(row.AgentId, row.Machine, row.SigningKey, row.SealingKey, row.RevokedAt is not null, row.Sequence, At(row.SignedUntil), new AgentReport(row.Applied, row.HasSessions != 0, row.Login, row.Version, row.Platform));
        _recent.Add(agentId, agent, generation);
        return agent;
    }

    private static DateTimeOffset? At(long? milliseconds) => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;

    private sealed class Row
    {
        public string AgentId { get; init; } = "";

        public string Machine { get; init; } = "";

        public string SigningKey { get; init; } = "";

        public string SealingKey { get; init; } = "";

        public long? RevokedAt { get; init; }

        public long Sequence { get; init; }

        public long? SignedUntil { get; init; }

        public string? Applied { get; init; }

        public long HasSessions { get; init; }

        public string? Login { get; init; }

        public string Version { get; init; } = "";

        public string Platform { get; init; } = "";
    }
}
