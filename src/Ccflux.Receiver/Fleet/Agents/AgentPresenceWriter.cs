using System.Collections.Concurrent;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth.Admin;
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

        var written = await writer.WriteAsync(session => Write(session, agent.AgentId, report, heartbeat.Sequence, seen));
        if (!written.IsCommitted)
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

        var written = await writer.WriteAsync(session =>
        {
            foreach (var (agent, known) in due)
            {
                session.Execute(AgentSql.Touch, ("seen_at", known.SeenAt.ToUnixTimeMilliseconds()), ("sequence", known.Sequence), ("agent", agent));
            }

            return due.Count;
        });
        if (written.IsCommitted)
        {
            foreach (var (agent, known) in due)
            {
                _known.TryUpdate(agent, known with { IsFlushed = true }, known);
            }
        }
    }

    /// <summary>Determines again whose login is in an agent's config dir after its grants changed. Must be called inside the write.</summary>
    public static void Review(WriteSession session, string agentId, DateTimeOffset now)
    {
        var applied = session.Text(AgentSql.AppliedOf, ("agent", agentId));
        session.Execute(AgentSql.SetAccount, ("account", AccountOf(session, agentId, applied, now)), ("now", now.ToUnixTimeMilliseconds()), ("agent", agentId));
    }

    private static bool Write(WriteSession session, string agentId, AgentReport report, long sequence, DateTimeOffset seen)
    {
        var account = AccountOf(session, agentId, report.Applied, seen);
        session.Execute(
            AgentSql.Note,
            ("seen_at", seen.ToUnixTimeMilliseconds()),
            ("sequence", sequence),
            ("login", report.Login),
            ("version", report.Version),
            ("platform", report.Platform),
            ("applied", report.Applied),
            ("account", account),
            ("has_sessions", report.HasSessions),
            ("agent", agentId));
        return true;
    }

    /// <summary>
    /// Determines whose login is in a config dir. An agent's report about an account counts if the account is granted to it, or if it holds that account's
    /// login; anyone can name a fingerprint, since they are shown. If a full login of ours is there, its client controls it, whatever is stored: the agent
    /// becomes its holder, so that nobody else renews it. An unknown login in a config dir that held one of ours is that one, renewed by the client.
    /// </summary>
    private static long? AccountOf(WriteSession session, string agentId, string? applied, DateTimeOffset now)
    {
        if (applied is null)
        {
            return null;
        }

        var (account, holder, isWhole) = Find(session, applied);
        if (account is { } known)
        {
            var isGranted = session.Scalar(AgentSql.IsGranted, ("agent", agentId), ("account", known)) > 0;
            if (!isGranted && session.Scalar(AgentSql.Holds, ("agent", agentId), ("account", known)) == 0)
            {
                return null;
            }

            if (isGranted && isWhole && holder is (Holder.Vault or Holder.Foreign))
            {
                session.Execute(VaultSql.SetHolder, ("holder", Holder.Agent), ("agent", agentId), ("now", now.ToUnixTimeMilliseconds()), ("account", known));
                FleetAudit.Write(session, now, new FleetAccess(s_agent, FleetAction.Adopt, FleetAccess.Done, known, agentId, applied, $"was {holder}"));
            }

            return known;
        }

        var before = session.Scalar(AgentSql.AccountOf, ("agent", agentId));
        return before is { } former && session.Scalar(AgentSql.Holds, ("agent", agentId), ("account", former)) > 0 ? former : null;
    }

    private static (long? Account, string Holder, bool IsWhole) Find(WriteSession session, string applied)
    {
        using var rows = session.Query(AgentSql.OfFingerprint, ("fingerprint", applied));
        return rows.Read() ? (rows.Int64(0), rows.Text(1), rows.Bool(2)) : (null, "", false);
    }

    /// <param name="Key">The key that signed it: an agent that is enrolled again counts as a different one.</param>
    private sealed record Known(string Key, long Sequence, DateTimeOffset SeenAt, bool IsFlushed);
}
