using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the queue of commands promises: one at a time to each agent, and a full login in one place.</summary>
[Collection<ContractTests>]
public sealed class CommandContractTests
{
    [Theory, EachDatabase]
    public async Task Issue_StoresTheWholeCommand_AndMakesTheAgentTheHolder(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (account, other) = (await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"));
        var agents = new[] { await database.AgentAsync("a", account), await database.AgentAsync("b", account, other) };
        await database.ReportAsync(agents[1], "former");
        var now = database.Now;

        // The first id is the time; the next ones follow it.
        Assert.Equal(new IssueResult(IssueOutcome.Issued, now, Whole: true), await database.IssueAsync(agents[0], account));
        Assert.Equal(new IssueResult(IssueOutcome.HeldElsewhere), await database.IssueAsync(agents[1], account));
        Assert.Equal(new IssueResult(IssueOutcome.Issued, now + 1), await database.IssueAsync(agents[1], account, allowCopy: true));
        Assert.Equal(new IssueResult(IssueOutcome.Pending), await database.IssueAsync(agents[1], other));

        Assert.Equal(
            [
                new Command(now, agents[0], account.Value, Whole: true, FleetGiven.Full("1"), Replaces: null, "issued", Reason: null, "admin", now, now + 300_000,
                    DeliveredAt: null, SettledAt: null, IsSealed: true),
                new Command(now + 1, agents[1], account.Value, Whole: false, FleetGiven.Copy("1"), "former", "issued", Reason: null, "admin", now, now + 300_000,
                    DeliveredAt: null, SettledAt: null, IsSealed: true),
            ],
            await CommandsAsync(database));
        var facts = await database.FactsAsync(account);
        Assert.Equal((Holder.Agent, agents[0], "a", false, true), (facts.Holder, facts.HolderAgent!, facts.HolderMachine!, facts.HolderHasIt, facts.OnItsWay));
    }

    [Theory, EachDatabase]
    public async Task Issue_WithoutAGrant_OrDuringARefresh_IsRefused(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (account, other) = (await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"));
        var agent = await database.AgentAsync("a", account);
        await database.IntentAsync(account, FleetGiven.Full("1"), 1);

        Assert.Equal(IssueOutcome.NotGranted, (await database.IssueAsync(agent, other)).Outcome);
        Assert.Equal(IssueOutcome.NeedsLogin, (await database.IssueAsync(agent, new FleetAccountId(other.Value + 1))).Outcome);
        Assert.Equal(IssueOutcome.NoSuchAgent, (await database.IssueAsync("unknown", account)).Outcome);
        Assert.Equal(IssueOutcome.Refreshing, (await database.IssueAsync(agent, account)).Outcome);
        Assert.Empty(await CommandsAsync(database));
    }

    [Theory, EachDatabase]
    public async Task NextId_IsTheTime_OrOneMoreThanTheLast(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.BareAgentAsync("a", "a");
        var account = await database.BareAccountAsync("p", "p", organization: null, "1");

        Assert.Equal(1, await database.ScalarAsync(CommandSql.NextId, ("now", 0)));
        Assert.Equal(5, await database.ScalarAsync(CommandSql.NextId, ("now", 5)));
        await database.CommandAsync(9, "a", account);
        Assert.Equal(10, await database.ScalarAsync(CommandSql.NextId, ("now", 5)));
        Assert.Equal(11, await database.ScalarAsync(CommandSql.NextId, ("now", 11)));
    }

    [Theory, EachDatabase]
    public async Task Insert_WhileACommandIsOpen_InsertsNone(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var agent in (string[])["a", "A", "b"])
        {
            await database.BareAgentAsync(agent, agent);
        }

        var account = await database.BareAccountAsync("p", "p", organization: null, "1");

        Assert.Equal(1, await database.CommandAsync(1, "a", account));
        Assert.Equal(0, await database.CommandAsync(2, "a", account));
        Assert.Equal(0, await database.CommandAsync(1, "b", account));
        Assert.Equal(1, await database.CommandAsync(2, "A", account));
        Assert.Equal(1, await database.ExecuteAsync(CommandSql.Deliver, ("now", 5), ("command", 1)));
        Assert.Equal(0, await database.ExecuteAsync(CommandSql.Deliver, ("now", 6), ("command", 1)));
        Assert.Equal(0, await database.CommandAsync(3, "a", account));
        Assert.Equal(["A", "a"], (await database.ListAsync(CommandSql.Waiting, rows => rows.Text(0))).Order(StringComparer.Ordinal));

        Assert.Equal(1, await database.SettleAsync(1, "refused", 7));
        Assert.Equal(0, await database.SettleAsync(1, "confirmed", 8));
        Assert.Equal(1, await database.CommandAsync(3, "a", account));
        Assert.Equal(1, await database.ExecuteAsync(CommandSql.Delete, ("command", 2)));

        Assert.Equal(
            [(1L, "refused", "reason", (long?)5L, (long?)7L, false), (3L, "issued", null, null, null, true)],
            (await CommandsAsync(database)).Select(command => (command.Id, command.State, command.Reason, command.DeliveredAt, command.SettledAt, command.IsSealed)));
    }

    [Theory, EachDatabase]
    public async Task Command_IsSentWithEachHeartbeat_UntilTheLoginIsInPlace(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");
        var agent = await database.AgentAsync("machine", account);
        Assert.Empty(await database.ReportAsync(agent, applied: null));
        var id = (await database.IssueAsync(agent, account)).CommandId!.Value;
        var issuedAt = database.Now;

        Assert.Equal([id], (await database.ReportAsync(agent, applied: null, sequence: 2)).Select(command => command.Id));
        database.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([id], (await database.ReportAsync(agent, applied: null, sequence: 3)).Select(command => command.Id));
        Assert.Equal(("delivered", issuedAt), await StateAsync());
        Assert.Empty(await database.ReportAsync(agent, FleetGiven.Full("1"), sequence: 4));

        var command = Assert.Single(await CommandsAsync(database));
        Assert.Equal(("confirmed", null, issuedAt, database.Now, false), (command.State, command.Reason, command.DeliveredAt!.Value, command.SettledAt!.Value, command.IsSealed));
        var facts = await database.FactsAsync(account);
        Assert.Equal((Holder.Agent, true, false), (facts.Holder, facts.HolderHasIt, facts.OnItsWay));

        async Task<(string, long)> StateAsync()
        {
            var delivered = Assert.Single(await CommandsAsync(database));
            return (delivered.State, delivered.DeliveredAt!.Value);
        }
    }

    [Theory, EachDatabase]
    public async Task RefusedCommand_ReturnsTheFullLoginToTheVault(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1");
        var (agent, other) = (await database.AgentAsync("a", account), await database.AgentAsync("b", account));
        var id = (await database.IssueAsync(agent, account)).CommandId!.Value;
        var copy = (await database.IssueAsync(other, account, allowCopy: true)).CommandId!.Value;
        await database.ReportAsync(agent, applied: null);
        await database.ReportAsync(other, applied: null);
        database.Time.Advance(TimeSpan.FromSeconds(5));

        await database.ReportAsync(other, applied: null, sequence: 2, refused: [new RefusedCommand(copy, RefusalReasons.Expired)]);
        Assert.Equal(agent, (await database.FactsAsync(account)).HolderAgent);
        await database.ReportAsync(agent, applied: null, sequence: 2, refused: [new RefusedCommand(id, RefusalReasons.WriteFailed)]);

        var facts = await database.FactsAsync(account);
        Assert.Equal((Holder.Vault, null, database.Time.GetUtcNow()), (facts.Holder, facts.HolderAgent, facts.HeldSince));
        Assert.Equal(3, await database.RevisionAsync(account));
        Assert.Equal([("refused", "write-failed", false), ("refused", "expired", false)],
            (await CommandsAsync(database)).Select(command => (command.State, command.Reason!, command.IsSealed)));
    }

    [Theory, EachDatabase]
    public async Task TakeBack_OfAnotherLoginOrFromAnotherAgent_ChangesNothing(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.BareAccountAsync("p", "p", organization: null, "1");
        Assert.Equal(0, await TakeBackAsync("agent", "1"));
        await database.SetHolderAsync(account, Holder.Agent, "agent");

        Assert.Equal(0, await TakeBackAsync("Agent", "1"));
        Assert.Equal(0, await TakeBackAsync("agent", "2"));
        Assert.Equal(1, await TakeBackAsync("agent", "1"));
        Assert.Equal(0, await TakeBackAsync("agent", "1"));

        Task<int> TakeBackAsync(string agent, string fingerprint) =>
            database.ExecuteAsync(CommandSql.TakeBack, ("now", 1), ("account", account.Value), ("agent", agent), ("fingerprint", fingerprint));
    }

    [Theory, EachDatabase]
    public async Task Sweep_EndsWhatWasNotFetchedInTime_AndNothingElse(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var commands = database.Store<AgentCommandQueue>();
        var accounts = new[] { await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"), await database.VaultAccountAsync("3") };
        var agents = new[] { await database.AgentAsync("a", accounts), await database.AgentAsync("b", accounts), await database.AgentAsync("c", accounts) };
        await database.IssueAsync(agents[0], accounts[0]);
        await database.IssueAsync(agents[1], accounts[1]);
        await database.ReportAsync(agents[1], applied: null);
        database.Time.Advance(TimeSpan.FromSeconds(1));
        await database.IssueAsync(agents[2], accounts[2]);

        database.Time.Advance(AgentCommandQueue.Lifetime - TimeSpan.FromSeconds(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, (await commands.SweepAsync()).Value);
        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, (await commands.SweepAsync()).Value);
        Assert.Equal(0, (await commands.SweepAsync()).Value);

        Assert.Equal(
            [("expired", "not fetched in time"), ("delivered", null), ("issued", null)], (await CommandsAsync(database)).Select(command => (command.State, command.Reason)));
        Assert.Equal(
            [Holder.Vault, Holder.Agent, Holder.Agent], (await database.Store<VaultStore>().AllAsync(ContractTests.Token)).Select(account => account.Holder));
    }

    [Theory, EachDatabase]
    public async Task Prune_KeepsOpenCommands_AndThoseSettledSince(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.BareAccountAsync("p", "p", organization: null, "1");
        foreach (var (id, agent, settledAt) in ((long, string, long?)[])[(1, "a", 99), (2, "b", 100), (3, "c", null)])
        {
            await database.BareAgentAsync(agent, "machine");
            await database.CommandAsync(id, agent, account);
            if (settledAt is { } at)
            {
                await database.SettleAsync(id, "confirmed", at);
            }
        }

        Assert.Equal(1, await database.ExecuteAsync(CommandSql.Prune, ("before", 100)));

        Assert.Equal([2L, 3L], (await CommandsAsync(database)).Select(command => command.Id));
    }

    private static Task<List<Command>> CommandsAsync(TestDatabase database) => database.ListAsync(
        """
        SELECT command_id, agent_id, account_id, whole, fingerprint, replaces, state, reason, issued_by, issued_at, expires_at, delivered_at, settled_at, sealed
        FROM fleet_commands WHERE kind = 'swap' AND signature IS NOT NULL ORDER BY command_id
        """,
        rows => new Command(
            rows.Int64(0), rows.Text(1), rows.Int64(2), rows.Bool(3), rows.Text(4), rows.TextOrNull(5), rows.Text(6), rows.TextOrNull(7), rows.Text(8), rows.Int64(9),
            rows.Int64(10), rows.Int64OrNull(11), rows.Int64OrNull(12), !rows.IsNull(13)));

    private sealed record Command(
        long Id, string Agent, long Account, bool Whole, string Fingerprint, string? Replaces, string State, string? Reason, string By, long IssuedAt, long ExpiresAt,
        long? DeliveredAt, long? SettledAt, bool IsSealed);
}
