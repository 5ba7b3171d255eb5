using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the store of sessions promises: a restart knows of them, and those on a copy get the full login.</summary>
[Collection<ContractTests>]
public sealed class SessionContractTests
{
    [Theory, EachDatabase]
    public async Task Sessions_OfOneProcess_AreKnownToTheNext_WhileTheyAreRecent(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (agent, revoked, silent) = (await database.AgentAsync("Rechner 🖥"), await database.AgentAsync("revoked"), await database.AgentAsync("silent"));
        await database.ReportAsync(silent, applied: null, sessions: ["1"]);
        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        var seenAt = database.Time.GetUtcNow();
        await database.ReportAsync(agent, "fingerprint", sessions: ["b", "a", "A", "b"]);
        await database.ReportAsync(revoked, applied: null, sessions: ["2"]);
        await database.Store<AgentStore>().RevokeAsync(revoked, Given.Admin);
        // What an earlier process left is replaced.
        await database.ExecuteAsync(
            SessionSql.Insert, ("agent", agent), ("session", "former"), ("state", SessionState.Idle), ("model", (string?)null), ("since", 1), ("seen_at", database.Now));
        await StopAsync(database.Store<LiveSessions>());
        Assert.Equal(5, await database.ScalarAsync("SELECT count(*) FROM fleet_sessions"));

        database.Time.Advance(SessionRule.GoneAfter - TimeSpan.FromMilliseconds(1));
        var sessions = database.Make<LiveSessions>();
        await StartAsync(sessions);

        var seen = Assert.Single(sessions.Read());
        Assert.Equal((agent, "Rechner 🖥", seenAt, Presence.Stale, "fingerprint"), (seen.AgentId, seen.Machine, seen.SeenAt, seen.Presence, seen.Applied));
        Assert.Equal(
            [("A", SessionState.Turn, "model", seenAt), ("a", SessionState.Turn, "model", seenAt), ("b", SessionState.Turn, "model", seenAt)],
            seen.Sessions.OrderBy(session => session.SessionId, StringComparer.Ordinal).Select(session => (session.SessionId, session.State, session.Model!, session.Since)));

        async Task StopAsync(LiveSessions known)
        {
            using var sweep = database.Make<SessionSweep>(known);
            await sweep.StartAsync(ContractTests.Token);
            await sweep.StopAsync(ContractTests.Token);
        }

        async Task StartAsync(LiveSessions known)
        {
            using var sweep = database.Make<SessionSweep>(known);
            await sweep.StartAsync(ContractTests.Token);
        }
    }

    [Theory, EachDatabase]
    public async Task FullLogin_IsGivenToSessionsOnACopyOfIt(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (account, other) = (await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"));
        var (agent, idle) = (await database.AgentAsync("machine", account, other), await database.AgentAsync("idle", account, other));
        await database.ReportAsync(agent, FleetGiven.Copy("1"), sessions: ["s"]);
        await database.ReportAsync(idle, FleetGiven.Copy("2"));

        await database.Store<FullLoginReissue>().GiveAsync(database.Store<LiveSessions>().Read(), ContractTests.Token);

        Assert.Equal((Holder.Agent, agent), ((await database.FactsAsync(account)).Holder, (await database.FactsAsync(account)).HolderAgent!));
        Assert.Equal(Holder.Vault, (await database.FactsAsync(other)).Holder);
    }

    [Theory, EachDatabase]
    public async Task OnCopies_AreAgentsThatNothingElseConcerns_TheLastSeenFirst(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.BareAccountAsync("p", "p", organization: null, "full", "copy");
        foreach (var (id, seenAt) in ((string, long?)[])[("never", null), ("early", 1), ("late", 3), ("middle", 2)])
        {
            await database.BareAgentAsync(id, id);
            await database.ExecuteAsync(AgentSql.Grant, ("agent", id), ("account", account.Value), ("now", 1));
            await database.ExecuteAsync("UPDATE fleet_agents SET last_seen_at = @seen_at WHERE agent_id = @agent", ("seen_at", seenAt), ("agent", id));
        }

        await database.ExecuteAsync("UPDATE fleet_agents SET account_id = @account, applied = 'copy', has_sessions = 1", ("account", account.Value));
        Assert.Equal(["late", "middle", "early", "never"], await AgentsAsync());

        await database.ExecuteAsync("UPDATE fleet_agents SET has_sessions = 0 WHERE agent_id = 'never'");
        await database.ExecuteAsync("UPDATE fleet_agents SET applied = 'full' WHERE agent_id = 'middle'");
        Assert.Equal(["late", "early"], await AgentsAsync());
        await database.ExecuteAsync(AgentSql.Withdraw, ("agent", "late"), ("account", account.Value));
        Assert.Equal(["early"], await AgentsAsync());
        await database.IntentAsync(account, "full", 1);
        Assert.Empty(await AgentsAsync());
        await database.ExecuteAsync(VaultSql.EndIntents, ("account", account.Value));
        await database.CommandAsync(1, "early", account);
        Assert.Empty(await AgentsAsync());
        await database.SettleAsync(1, "expired", 1);
        Assert.Equal(["early"], await AgentsAsync());
        await database.SetHolderAsync(account, Holder.Agent, "early");
        Assert.Empty(await AgentsAsync());

        Task<List<string>> AgentsAsync() => database.ListAsync(SessionSql.OnCopies, rows => rows.Int64(1) == account.Value ? rows.Text(0) : "another account");
    }
}
