using System.Collections.Concurrent;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>
/// Writes what agents reported last. A change of the login in a config dir, or of whether it has sessions, is written before the heartbeat is answered,
/// because renewing a login depends on it. That an agent is still there is written every 30 s, for all agents together.
/// </summary>
internal sealed class AgentPresenceWriter(GroupCommitWriter writer, TimeProvider time)
{
    /// <summary>An agent that returns after this long is written at once.</summary>
    private static readonly TimeSpan s_absence = TimeSpan.FromSeconds(30);

    private static readonly AuditActor s_agent = new(FleetAccess.Agent, "");

    /// <summary>One entry per agent; there are at most <see cref="AgentStore.MaxAgents"/>.</summary>
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <returns>False if it had to be written and could not be.</returns>
    public async ValueTask<bool> NoteAsync(EnrolledAgent agent, Heartbeat heartbeat)
    {
        var report = new AgentReport(heartbeat.Applied, heartbeat.Sessions.Count > 0, heartbeat.Agent.Login, heartbeat.Agent.Version, heartbeat.Agent.Platform);
        var seen = time.GetUtcNow();

        // Compared with the database's content: another process may have written something else since this one last did.
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

    /// <summary>Writes which agents were seen since the last flush.</summary>
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

    /// <summary>Determines again whose login is in an agent's config dir after its grants changed. Must be called inside the write.</summary>
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
    /// Determines whose login is in a config dir. An agent's report about an account counts if the account is granted to it, or if it holds that account's
    /// login; anyone can name a fingerprint, since they are shown. If a full login of ours is there, its client controls it, whatever is stored: the agent
    /// becomes its holder, so that nobody else renews it. An unknown login in a config dir that held one of ours is that one, renewed by the client.
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

    /// <param name="Key">The key that signed it: an agent that is enrolled again counts as a different one.</param>
    private sealed record Known(string Key, long Sequence, DateTimeOffset SeenAt, bool IsFlushed);
}
