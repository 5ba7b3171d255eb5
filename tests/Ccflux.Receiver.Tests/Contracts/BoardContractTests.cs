using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Store;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the fleet page's own queries promise.</summary>
[Collection<ContractTests>]
public sealed class BoardContractTests
{
    [Theory, EachDatabase]
    public async Task Board_OfAnEmptyFleet_IsEmpty(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);

        var board = await database.Store<BoardQuery>().ReadAsync(DataScope.Everybody, ContractTests.Token);

        Assert.Equal(new FleetHead(LastPollAt: null, NextPollAt: null, Failing: 0, LastSwitch: null, IsPaused: false), board.Head);
        Assert.Equal((0, 0, 0, 0, 0), (board.Accounts.Count, board.Agents.Count, board.Sessions.Count, board.Pins.Count, board.Decisions.Count));
    }

    [Theory, EachDatabase]
    public async Task Board_ShowsAccountsAgentsAndSessions_AsTheyWereReported(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.VaultAccountAsync("1", "work");
        var agent = await database.AgentAsync("machine", account);
        await database.IssueAsync(agent, account);
        await database.ReportAsync(agent, FleetGiven.Full("1"), sessions: ["s"]);
        await database.Store<RotationControls>().PinAsync(new Pin(PinScope.ConfigDir, agent, account, PinMode.Strict), Given.Admin);
        var now = database.Time.GetUtcNow();

        var board = await database.Store<BoardQuery>().ReadAsync(DataScope.Everybody, ContractTests.Token);

        Assert.Equal(new SwitchView(now, "work", "machine", "admin", ""), board.Head.LastSwitch);
        var row = Assert.Single(board.Accounts);
        Assert.Equal(("work", 1, 1, LoginStatus.Ok, AccountStatus.Active), (row.Label, row.Agents, row.Sessions, row.Login, row.AccountStatus));
        Assert.Equal(("machine", "work"), (Assert.Single(board.Agents).Machine, Assert.Single(board.Agents).Account));
        Assert.Equal(("s", "work", now), (Assert.Single(board.Sessions).Session, Assert.Single(board.Sessions).Account, Assert.Single(board.Sessions).LastSeenAt));
        Assert.Equal([new PinView("config_dir", agent, "one config dir on machine", "work", "strict", now, "admin")], board.Pins);
    }

    [Theory, EachDatabase]
    public async Task Windows_AreTheNewestPolledReadings_OfTheFleetsAccounts(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        var account = await database.VaultAccountAsync("1");
        await database.VaultAccountAsync("2");
        var (polled, shown, foreign) =
            (await database.QuotaAccountAsync("person-1:org"), await database.QuotaAccountAsync("person-2:org", owner: 7), await database.QuotaAccountAsync("Person-2:org"));
        await database.PolledAsync(polled, "five_hour", 1_000, observedAt: now);
        await database.PolledAsync(polled, "five_hour", 9_000, now.AddHours(1), now.AddMinutes(-5));
        await database.PolledAsync(polled, "größe", 2_500, now.AddHours(2), now);
        await database.ReadingsAsync(shown, QuotaSource.StatusLine, new Reading("five_hour", 1, now, now));
        await database.PolledAsync(foreign, "five_hour", 1_000, now, now);

        var rows = await database.ListAsync(FleetReadSql.Windows, WindowRow.Of);

        Assert.Equal(
            [(account, "five_hour", 1_000L, null, database.Now, "oauth"), (account, "größe", 2_500L, (long?)(database.Now + 7_200_000), database.Now, "oauth")],
            rows.OrderBy(row => row.Name, StringComparer.Ordinal).Select(row => (row.AccountId, row.Name, row.UsedMilli, row.ResetsAt, row.ObservedAt, row.Source)));
    }

    [Theory, EachDatabase]
    public async Task Polls_AreSummedUp_OfTheFleetsAccountsOnly(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.VaultAccountAsync("1");
        await database.VaultAccountAsync("2");
        await database.VaultAccountAsync("3");
        Assert.Equal((null, null, 0L, 0L), await PollsAsync());

        await PollAsync("person-1:org", new PollState(now, null, 2, PollFailure.TimedOut, now, null, []), now.AddMinutes(2));
        Assert.Equal((null, database.Now + 120_000, 1L, 1L), await PollsAsync());
        await PollAsync("person-2:org", new PollState(now, now.AddMinutes(-1), 0, null, null, null, []), now.AddMinutes(1));
        await PollAsync("person-3:org", new PollState(now, now.AddMinutes(-2), 0, null, null, null, []), now.AddMinutes(3));
        await PollAsync("another", new PollState(now, now, 1, PollFailure.TimedOut, now, null, []), now);

        Assert.Equal((database.Now - 60_000, database.Now + 60_000, 1L, 3L), await PollsAsync());
        var head = (await database.Store<BoardQuery>().ReadAsync(DataScope.Everybody, ContractTests.Token)).Head;
        Assert.Equal(new FleetHead(now.AddMinutes(-1), now.AddMinutes(1), Failing: 1, LastSwitch: null, IsPaused: false), head);

        Task<(long?, long?, long, long)> PollsAsync() => database.ReadAsync(session =>
            session.First(FleetReadSql.Polls, rows => (rows.Int64OrNull(0), rows.Int64OrNull(1), rows.Int64(2), rows.Int64(3))));

        async Task PollAsync(string key, PollState state, DateTimeOffset next)
        {
            var polled = await database.QuotaAccountAsync(key);
            await database.WriteAsync(session => PolledAccountStore.SavePoll(session, polled, state, next));
        }
    }

    [Theory, EachDatabase]
    public async Task LastSwitch_IsTheOneThatWasConfirmedLast_WithTheEventOfItsMinute(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (account, other) = (await database.BareAccountAsync("p", "p", organization: null, "1"), await database.BareAccountAsync("q", "q", organization: null, "2"));
        foreach (var agent in (string[])["a", "b", "c", "d"])
        {
            await database.BareAgentAsync(agent, "machine " + agent);
        }

        Assert.Empty(await LastAsync());
        await CommandAsync(1, "b", other, 110_000, 190_000);
        await CommandAsync(2, "a", account, 100_000, 200_000);
        await CommandAsync(3, "c", other, 100_000, 300_000, "refused");
        await CommandAsync(4, "d", other, 100_000, 300_000);
        await database.ExecuteAsync("UPDATE fleet_commands SET settled_at = NULL WHERE command_id = 4");
        Assert.Equal([(200_000L, "account p", "machine a", "switcher", "")], await LastAsync());

        foreach (var (at, name, agent, to, reason) in ((long, string, string, FleetAccountId, string)[])
            [
                (39_999, "switched", "a", account, "too early"), (40_000, "switched", "a", account, "first"), (160_000, "velocity_preemptive_switch", "a", account, "last"),
                (160_001, "switched", "a", account, "too late"), (100_000, "switched", "b", account, "elsewhere"), (150_000, "switched", "A", account, "elsewhere"),
                (150_000, "switched", "a", other, "another account"), (150_000, "switch_refused", "a", account, "refused"),
            ])
        {
            await database.WriteAsync(session => RotationEvents.Write(session, DateTimeOffset.FromUnixTimeMilliseconds(at), new RotationEvent(name, agent, null, to, reason)));
        }

        Assert.Equal([(200_000L, "account p", "machine a", "switcher", "last")], await LastAsync());

        Task<List<(long, string, string, string, string)>> LastAsync() =>
            database.ListAsync(FleetReadSql.LastSwitch, rows => (rows.Int64(0), rows.Text(1), rows.Text(2), rows.Text(3), rows.Text(4)));

        async Task CommandAsync(long id, string agent, FleetAccountId to, long issuedAt, long settledAt, string state = "confirmed")
        {
            await database.CommandAsync(id, agent, to, issuedAt, by: "switcher");
            await database.SettleAsync(id, state, settledAt);
        }
    }

    [Theory, EachDatabase]
    public async Task Pins_NameTheMachineOfAConfigDir_ByScopeAndTarget(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.BareAccountAsync("p", "p", organization: null, "1");
        await database.BareAgentAsync("agent", "Rechner 🖥");
        foreach (var pin in (Pin[])
            [
                new(PinScope.Machine, "agent", account, PinMode.Soft), new(PinScope.Fleet, null, account, PinMode.Soft),
                new(PinScope.ConfigDir, "unknown", account, PinMode.Strict),
                new(PinScope.ConfigDir, "agent", account, PinMode.Strict), new(PinScope.Machine, "Z", account, PinMode.Soft),
            ])
        {
            Assert.Null(await database.Store<RotationControls>().PinAsync(pin, Given.Admin));
        }

        var rows = await database.ListAsync(
            FleetReadSql.Pins, rows => (rows.Text(0), rows.Text(1), rows.Text(2), rows.Text(3), rows.Text(4), rows.Int64(5), rows.Text(6)), ("limit", 4));

        Assert.Equal(
            [
                ("config_dir", "agent", "Rechner 🖥", "account p", "strict", database.Now, "admin"), ("config_dir", "unknown", "", "account p", "strict", database.Now, "admin"),
                ("fleet", "", "", "account p", "soft", database.Now, "admin"), ("machine", "Z", "", "account p", "soft", database.Now, "admin"),
            ],
            rows);
    }
}
