using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary>
/// Gives agents the full login again. An agent whose last session ended hands its login back and keeps a copy without the refresh token. Sessions that
/// start on that copy could not renew it, and the vault does not renew it while they run. So the agent gets the full login, unless someone else has it by now.
/// </summary>
internal sealed class FullLoginReissue(ReadSessions readers, AgentCommandQueue commands, TimeProvider time)
{
    /// <summary>An agent that cannot accept it is not tried at every sweep.</summary>
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(5);

    /// <summary>One entry per agent; there are at most <see cref="AgentStore.MaxAgents"/>.</summary>
    private readonly Dictionary<string, DateTimeOffset> _given = new(StringComparer.Ordinal);

    public async Task GiveAsync(IReadOnlyList<ObservedConfigDir> seen, CancellationToken cancellationToken)
    {
        if (seen.Count == 0)
        {
            return;
        }

        foreach (var (agent, account) in await OnCopiesAsync(cancellationToken))
        {
            var now = time.GetUtcNow();
            var isLive = seen.Any(each => each.Presence == Presence.Live && string.Equals(each.AgentId, agent, StringComparison.Ordinal));
            if (isLive && now >= _given.GetValueOrDefault(agent) + s_again)
            {
                _given[agent] = now;
                await commands.IssueAsync(agent, account, allowCopy: false, FleetActor.Switcher);
            }
        }
    }

    private async Task<List<(string Agent, FleetAccountId Account)>> OnCopiesAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(SessionSql.OnCopies, static rows => (Agent: rows.Text(0), Account: new FleetAccountId(rows.Int64(1))));
    }
}
