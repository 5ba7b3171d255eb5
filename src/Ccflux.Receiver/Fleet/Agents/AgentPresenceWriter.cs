using System.Collections.Concurrent;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
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

    /// <summary>Makes an agent the holder of the login in its config dir, if that was decided. Must be called inside the write.</summary>
    public static void Adopt(WriteSession session, ConfigDirFacts configDir, AdoptionDecision decision, DateTimeOffset now)
    {
        if (decision is { FormerHolder: { } former, AccountId: { } account })
        {
            session.Execute(VaultSql.SetHolder, ("holder", Holder.Agent), ("agent", configDir.AgentId), ("now", now.ToUnixTimeMilliseconds()), ("account", account.Value));
            FleetAudit.Write(session, now, new FleetAccess(Actor.Agent(configDir.AgentId, ""), FleetAction.Adopt, FleetAccess.Done, account, configDir.AgentId, configDir.Applied, $"was {former}"));
        }
    }

    private static bool Write(WriteSession session, string agentId, AgentReport report, long sequence, DateTimeOffset seen)
    {
        if (ConfigDirFacts.Load(session, agentId, report.Applied) is not { } configDir)
        {
            return true;
        }

        var decision = AdoptionRule.Decide(configDir);
        Adopt(session, configDir, decision, seen);
        session.Execute(
            AgentSql.Note,
            ("seen_at", seen.ToUnixTimeMilliseconds()),
            ("sequence", sequence),
            ("login", report.Login),
            ("version", report.Version),
            ("platform", report.Platform),
            ("applied", report.Applied),
            ("account", decision.AccountId?.Value),
            ("has_sessions", report.HasSessions),
            ("agent", agentId));
        return true;
    }

    /// <param name="Key">The key that signed it: an agent that is enrolled again counts as a different one.</param>
    private sealed record Known(string Key, long Sequence, DateTimeOffset SeenAt, bool IsFlushed);
}
