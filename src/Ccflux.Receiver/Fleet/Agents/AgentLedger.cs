using System.Collections.Concurrent;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>
/// What agents said last. A change of the login in a config dir, or whether sessions live there, is written before the heartbeat is answered,
/// since renewing a login depends on it; that an agent is still there, every half minute for all.
/// </summary>
internal sealed class AgentLedger(GroupCommitWriter writer, TimeProvider time)
{
    /// <summary>One that comes back after so long is written at once.</summary>
    private static readonly TimeSpan s_absence = TimeSpan.FromSeconds(30);

    private static readonly AuditActor s_agent = new("agent", "");

    /// <summary>One an agent; there are <see cref="AgentBook.MaxAgents"/> at most.</summary>
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <returns>False where it had to be written and could not.</returns>
    public async ValueTask<bool> NoteAsync(EnrolledAgent agent, Heartbeat heartbeat)
    {
        var said = new Said(heartbeat.Applied, heartbeat.Sessions.Count > 0, heartbeat.Agent.Login, heartbeat.Agent.Version, heartbeat.Agent.Platform, agent.SigningKey);
        var seen = time.GetUtcNow();
        var isStored = string.Equals(agent.Applied, said.Applied, StringComparison.Ordinal);
        if (isStored && _known.TryGetValue(agent.AgentId, out var known) && known.Said == said && seen - known.SeenAt < s_absence)
        {
            _known[agent.AgentId] = known with { Sequence = heartbeat.Sequence, SeenAt = seen, IsFlushed = false };
            return true;
        }

        var written = await writer.WriteAsync(connection => Write(connection, agent.AgentId, said, heartbeat.Sequence, seen));
        if (written.Status != WriteStatus.Committed)
        {
            return false;
        }

        _known[agent.AgentId] = new Known(said, heartbeat.Sequence, seen, IsFlushed: true);
        return true;
    }

    /// <summary>Writes who was seen since the last time.</summary>
    public async Task FlushAsync()
    {
        var due = _known.Where(pair => !pair.Value.IsFlushed).ToList();
        if (due.Count == 0)
        {
            return;
        }

        var written = await writer.WriteAsync(connection =>
        {
            foreach (var (agent, known) in due)
            {
                connection.Execute(AgentSql.Touch, known.SeenAt.ToUnixTimeMilliseconds(), known.Sequence, agent);
            }

            return due.Count;
        });
        if (written.Status == WriteStatus.Committed)
        {
            foreach (var (agent, known) in due)
            {
                _known.TryUpdate(agent, known with { IsFlushed = true }, known);
            }
        }
    }

    private static bool Write(SqlConnection connection, string agentId, Said said, long sequence, DateTimeOffset seen)
    {
        var account = AccountOf(connection, agentId, said.Applied, seen);
        connection.Execute(AgentSql.Note, seen.ToUnixTimeMilliseconds(), sequence, said.Login, said.Version, said.Platform, said.Applied, account, said.HasSessions, agentId);
        return true;
    }

    /// <summary>
    /// Whose login stands in a config dir. A whole login of ours that stands there is in its client's hands, whatever the books say: the agent is
    /// its holder, so that nobody else renews it. A login that nobody knows, in a config dir that holds one of ours, is that one, renewed by the client.
    /// </summary>
    private static long? AccountOf(SqlConnection connection, string agentId, string? applied, DateTimeOffset now)
    {
        if (applied is null)
        {
            return null;
        }

        var (account, holder, isWhole) = Find(connection, applied);
        if (account is { } known)
        {
            if (isWhole && holder is (Holder.Vault or Holder.Foreign) && connection.Scalar(AgentSql.IsGranted, agentId, known) > 0)
            {
                connection.Execute(VaultSql.SetHolder, Holder.Agent, agentId, now.ToUnixTimeMilliseconds(), known);
                FleetAudit.Write(connection, now, new FleetAccess(s_agent, FleetAction.Adopt, FleetAccess.Done, known, agentId, applied, $"was {holder}"));
            }

            return known;
        }

        var before = connection.Scalar(AgentSql.AccountOf, agentId);
        return before is { } former && connection.Scalar(AgentSql.Holds, agentId, former) > 0 ? former : null;
    }

    private static (long? Account, string Holder, bool IsWhole) Find(SqlConnection connection, string applied)
    {
        using var rows = connection.Query(AgentSql.OfFingerprint, applied);
        return rows.Read() ? (rows.Number(0), rows.Text(1), rows.Number(2) != 0) : (null, "", false);
    }

    private sealed record Said(string? Applied, bool HasSessions, string Login, string Version, string Platform, string Key);

    private sealed record Known(Said Said, long Sequence, DateTimeOffset SeenAt, bool IsFlushed);
}
