using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>An enrolled agent: its keys, and what is stored of its last heartbeat.</summary>
/// <param name="SigningKey">Ed25519 public key in base64.</param>
/// <param name="SealingKey">P-256 public key in base64.</param>
/// <param name="Sequence">Of its last stored heartbeat.</param>
/// <param name="SignedUntil">No heartbeat from it was signed later than this by a clock that runs ahead; null if its clock never ran ahead.</param>
/// <param name="Stored">What is stored of its last report.</param>
internal sealed record EnrolledAgent(
    string AgentId, string Machine, string SigningKey, string SealingKey, bool IsRevoked, long Sequence, DateTimeOffset? SignedUntil, AgentReport Stored);

/// <summary>The parts of an agent's report that rotation and renewal depend on.</summary>
/// <param name="Applied">Fingerprint of the login in its config dir.</param>
/// <param name="Login">One of <see cref="Contracts.Fleet.LoginPlace"/>; null if the agent never reported.</param>
internal sealed record AgentReport(string? Applied, bool HasSessions, string? Login, string Version, string Platform);

/// <summary>Finds agents by their ids.</summary>
internal sealed class AgentDirectory(ReadSessions readers, TimeProvider time)
{
    private readonly RecentCache<string, EnrolledAgent> _recent = new(time);

    /// <summary>The agent as it was stored a moment ago; null if there is none.</summary>
    public ValueTask<EnrolledAgent?> FindAsync(string agentId, CancellationToken cancellationToken) =>
        _recent.TryGet(agentId, out var agent) ? ValueTask.FromResult<EnrolledAgent?>(agent) : new ValueTask<EnrolledAgent?>(ReadAsync(agentId, cancellationToken));

    /// <summary>Clears the cache, so that a revocation takes effect now.</summary>
    public void Forget() => _recent.Clear();

    /// <summary>The agent as any process has stored it by now; null if there is none.</summary>
    public async Task<EnrolledAgent?> ReadAsync(string agentId, CancellationToken cancellationToken)
    {
        var generation = _recent.Generation;
        using var session = await readers.OpenUrgentAsync(cancellationToken);
        var agent = session.First(
            AgentSql.Find,
            static rows => new EnrolledAgent(
                rows.Text(0),
                rows.Text(1),
                rows.Text(2),
                rows.Text(3),
                !rows.IsNull(4),
                rows.Int64(5),
                UnixTime.At(rows.Int64OrNull(6)),
                new AgentReport(rows.TextOrNull(7), rows.Bool(8), rows.TextOrNull(9), rows.Text(10), rows.Text(11))),
            ("agent", agentId));
        if (agent is not null)
        {
            _recent.Add(agentId, agent, generation);
        }

        return agent;
    }
}
