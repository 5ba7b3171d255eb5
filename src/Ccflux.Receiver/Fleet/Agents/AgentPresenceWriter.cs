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
internal sealed class AgentPresenceWriter(GroupCommitWriter writer, TimeProvider time)
{
    /// <summary>One that comes back after so long is written at once.</summary>
    private static readonly TimeSpan s_absence = TimeSpan.FromSeconds(30);

    private static readonly AuditActor s_agent = new(FleetAccess.Agent, "");

    /// <summary>One an agent; there are <see cref="AgentStore.MaxAgents"/> at most.</summary>
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <returns>False where it had to be written and could not.</returns>
    public async ValueTask<bool> NoteAsync(EnrolledAgent agent, Heartbeat heartbeat)
    {
        var report = new AgentReport(heartbeat.Applied, heartbeat.Sessions.Count > 0, heartbeat.Agent.Login, heartbeat.Agent.Version, heartbeat.Agent.Platform);
        var seen = time.GetUtcNow();

        // Compared with what the database holds: another process may have written something else since this one last did.
        if (agent.Stored == report && _known.TryGetValue(agent.AgentId, out var known) && string.Equals(known.Key, agent.SigningKey, StringComparison.Ordinal) && seen - known.SeenAt < s_absence)
        {
            _known[agent.AgentId] = known with { Sequence = heartbeat.Sequence, SeenAt = seen, IsFlushed = false };
            return true;
        }

        var written = await writer.WriteAsync(connection => Write(connection, agent.AgentId, report, heartbeat.Sequence, seen));
        if (written.Status != WriteStatus.Committed)
        {
            return false;
        }

        _known[agent.AgentId] = new Known(agent.SigningKey, heartbeat.Sequence, seen, IsFlushed: true);
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

    /// <summary>Whose login stands in an agent's config dir, once what it is granted has changed. To be called inside the write.</summary>
    public static void Review(SqlConnection connection, string agentId, DateTimeOffset now)
    {
        string? applied;
        using (var rows = connection.Query(AgentSql.AppliedOf, agentId))
        {
            applied = rows.Read() ? rows.TextOrNull(0) : null;
        }

        connection.Execute(AgentSql.SetAccount, AccountOf(connection, agentId, applied, now), now.ToUnixTimeMilliseconds(), agentId);
    }

    private static bool Write(SqlConnection connection, string agentId, AgentReport report, long sequence, DateTimeOffset seen)
    {
        var account = AccountOf(connection, agentId, report.Applied, seen);
        connection.Execute(AgentSql.Note, seen.ToUnixTimeMilliseconds(), sequence, report.Login, report.Version, report.Platform, report.Applied, account, report.HasSessions, agentId);
        return true;
    }

    /// <summary>
    /// Whose login stands in a config dir. What an agent says of an account counts if that is granted to it, or if it holds that account's login; anybody can name a
    /// fingerprint, since they are shown. A whole login of ours that stands there is in its client's hands, whatever the books say: the agent is
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
            var isGranted = connection.Scalar(AgentSql.IsGranted, agentId, known) > 0;
            if (!isGranted && connection.Scalar(AgentSql.Holds, agentId, known) == 0)
            {
                return null;
            }

            if (isGranted && isWhole && holder is (Holder.Vault or Holder.Foreign))
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

    /// <param name="Key">The key that signed it: enrolled again, an agent is another.</param>
    private sealed record Known(string Key, long Sequence, DateTimeOffset SeenAt, bool IsFlushed);
}
