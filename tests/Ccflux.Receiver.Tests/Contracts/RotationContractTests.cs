using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Platform;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the stores of rotation promise: what a person set, its events, and how full the windows are.</summary>
[Collection<ContractTests>]
public sealed class RotationContractTests
{
    [Theory, EachDatabase]
    public async Task Directives_AreWhatWasSetLast(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var controls = database.Store<RotationControls>();
        var (account, other) = (await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"));
        var agent = await database.AgentAsync("machine", account, other);
        await database.ExecuteAsync(VaultSql.SaveSetting, ("name", "rotationXpaused"), ("value", "1"));
        var none = await controls.ReadAsync(ContractTests.Token);
        Assert.Equal((false, 0, 0, 0), (none.Paused, none.Requested.Count, none.Cooling.Count, none.Pins.Count));

        Assert.Null(await controls.PauseAsync(paused: true, Given.Admin));
        Assert.Null(await controls.PauseAsync(paused: true, Given.Admin));
        Assert.Null(await controls.RequestAsync(agent, account, Given.Admin));
        Assert.Null(await controls.RequestAsync(agent, other, Given.Admin));
        await database.WriteAsync(session => RotationControls.Remember(session, new HashSet<FleetAccountId> { new(30), new(4), new(200) }));

        var directives = await controls.ReadAsync(ContractTests.Token);
        Assert.True(directives.Paused);
        Assert.Equal((agent, other), (Assert.Single(directives.Requested).Key, Assert.Single(directives.Requested).Value));
        Assert.Equal([4, 30, 200], directives.Cooling.Select(id => id.Value).Order());
        Assert.Equal(
            [("rotation.cooling", "4,30,200"), ("rotation.paused", "1"), ("rotation.requested." + agent, $"{other}")],
            (await database.ListAsync(RotationSql.Settings, rows => (rows.Text(0), rows.Text(1)))).Order());

        Assert.Null(await controls.PauseAsync(paused: false, Given.Admin));
        Assert.Null(await controls.ReleaseAsync(agent, Given.Admin));
        Assert.Null(await controls.ReleaseAsync(agent, Given.Admin));
        await database.WriteAsync(session => RotationControls.Remember(session, new HashSet<FleetAccountId>()));
        Assert.Empty(await database.ListAsync(RotationSql.Settings, rows => rows.Text(0)));
        Assert.Equal(
            ["rotation_paused", "rotation_paused", "switch_requested", "switch_requested", "rotation_resumed", "request_released"],
            (await EventsAsync(database, new EventFilter())).Reverse().Select(one => one.Event.Kind));
    }

    [Theory, EachDatabase]
    public async Task Request_ForAnAgentThatIsRevokedOrWithoutTheGrant_IsRefused(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var controls = database.Store<RotationControls>();
        var account = await database.VaultAccountAsync("1");
        var (agent, revoked) = (await database.AgentAsync("machine"), await database.AgentAsync("revoked", account));
        await database.Store<AgentStore>().RevokeAsync(revoked, Given.Admin);

        Assert.Equal("No such config dir.", await controls.RequestAsync(revoked, account, Given.Admin));
        Assert.Equal("No such config dir.", await controls.RequestAsync("unknown", account, Given.Admin));
        Assert.Equal("The account is not granted to this config dir.", await controls.RequestAsync(agent, account, Given.Admin));
        Assert.Empty((await controls.ReadAsync(ContractTests.Token)).Requested);
    }

    [Theory, EachDatabase]
    public async Task Pins_AreOneForEachTarget_ByScopeAndTarget_ByCodePoint(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var controls = database.Store<RotationControls>();
        var (account, other) = (await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"));
        var created = database.Time.GetUtcNow();
        foreach (var pin in (Pin[])
            [
                new(PinScope.Machine, "b", account, PinMode.Soft), new(PinScope.Machine, "ä", account, PinMode.Soft), new(PinScope.Machine, "B", account, PinMode.Soft),
                new(PinScope.Fleet, "ignored", account, PinMode.Soft), new(PinScope.ConfigDir, "b", account, PinMode.Soft),
            ])
        {
            Assert.Null(await controls.PinAsync(pin, Given.Admin));
        }

        database.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await controls.PinAsync(new Pin(PinScope.Machine, " b ", other, PinMode.Strict), Actor.Cli));
        Assert.Equal("account: no such account.", await controls.PinAsync(new Pin(PinScope.Fleet, null, new FleetAccountId(other.Value + 1), PinMode.Soft), Given.Admin));

        Assert.Equal(
            [
                new PinFacts(PinScope.ConfigDir, "b", account, PinMode.Soft, created, "admin"),
                new PinFacts(PinScope.Fleet, "", account, PinMode.Soft, created, "admin"),
                new PinFacts(PinScope.Machine, "B", account, PinMode.Soft, created, "admin"),
                new PinFacts(PinScope.Machine, "b", other, PinMode.Strict, database.Time.GetUtcNow(), "cli"),
                new PinFacts(PinScope.Machine, "ä", account, PinMode.Soft, created, "admin"),
            ],
            (await controls.ReadAsync(ContractTests.Token)).Pins);
        Assert.Equal(5, await database.ScalarAsync(RotationSql.CountPins));

        Assert.Null(await controls.UnpinAsync(PinScope.Fleet, target: null, Given.Admin));
        Assert.Null(await controls.UnpinAsync(PinScope.Machine, "B", Given.Admin));
        Assert.Null(await controls.UnpinAsync(PinScope.Machine, "unknown", Given.Admin));
        Assert.Equal(["b", "b", "ä"], (await controls.ReadAsync(ContractTests.Token)).Pins.Select(pin => pin.Target));
        Assert.Equal(2, (await EventsAsync(database, new EventFilter(RotationEvent.Unpinned))).Count);
    }

    [Theory, EachDatabase]
    public async Task Events_AreReadNewestFirst_ByAnyFilter(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        RotationEvent[] written =
        [
            new("switched", "a", new FleetAccountId(1), new FleetAccountId(2), "größe", """{"a":"🦊"}"""), new("switched", "A", null, new FleetAccountId(3), ""), new("Switched", "a", new FleetAccountId(3), null, "{}"),
            new("rotation_paused", null, null, null, "admin"),
        ];
        foreach (var one in written)
        {
            await database.WriteAsync(session => RotationEvents.Write(session, database.Time.GetUtcNow(), one));
        }

        var all = await EventsAsync(database, new EventFilter());
        Assert.Equal(written.AsEnumerable().Reverse(), all.Select(one => one.Event));
        Assert.All(all, one => Assert.Equal(database.Time.GetUtcNow(), one.At));
        Assert.Equal([written[1], written[0]], await FilteredAsync(new EventFilter("switched")));
        Assert.Equal([written[2], written[0]], await FilteredAsync(new EventFilter(AgentId: "a")));
        Assert.Equal([written[2], written[1]], await FilteredAsync(new EventFilter(AccountId: new FleetAccountId(3))));
        Assert.Equal([written[0]], await FilteredAsync(new EventFilter(AccountId: new FleetAccountId(1))));
        Assert.Equal([written[1], written[0]], await FilteredAsync(new EventFilter(Before: all[1].EventId)));
        Assert.Equal([written[1]], await FilteredAsync(new EventFilter("switched", "A", new FleetAccountId(3), long.MaxValue)));
        Assert.Empty(await FilteredAsync(new EventFilter("switched", "a", new FleetAccountId(3))));
        Assert.Equal([written[3]], (await EventsAsync(database, new EventFilter(), limit: 1)).Select(one => one.Event));

        async Task<IEnumerable<RotationEvent>> FilteredAsync(EventFilter filter) => (await EventsAsync(database, filter)).Select(one => one.Event);
    }

    [Theory, EachDatabase]
    public async Task PruneEvents_KeepsTheNewest(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        Assert.Equal(0, await database.ExecuteAsync(RotationSql.PruneEvents, ("keep", 2)));
        foreach (var name in (string[])["1", "2", "3", "4"])
        {
            await database.WriteAsync(session => RotationEvents.Write(session, database.Time.GetUtcNow(), new RotationEvent(name, null, null, null, "")));
        }

        Assert.Equal(0, await database.ExecuteAsync(RotationSql.PruneEvents, ("keep", 4)));
        Assert.Equal(2, await database.ExecuteAsync(RotationSql.PruneEvents, ("keep", 2)));

        Assert.Equal(["4", "3"], (await EventsAsync(database, new EventFilter())).Select(one => one.Event.Kind));
    }

    [Theory, EachDatabase]
    public async Task Windows_AreThoseThatThisReceiverPolled_WithTheirVelocity(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        var (account, unpolled) = (await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"));
        var (polled, shown, foreign) =
            (await database.QuotaAccountAsync("person-1:org"), await database.QuotaAccountAsync("person-2:org", owner: 7), await database.QuotaAccountAsync("person-3:org"));
        foreach (var (minute, used) in ((int, long)[])[(-9, 10_000), (-3, 22_000), (0, 28_000)])
        {
            await database.PolledAsync(polled, "five_hour", used, now.AddHours(2), now.AddMinutes(minute));
            await database.PolledAsync(foreign, "five_hour", used, now.AddHours(2), now.AddMinutes(minute));
            await database.PolledAsync(polled, "seven_day_opus", used * 2, now.AddDays(2), now.AddMinutes(minute));
        }

        await database.PolledAsync(polled, "seven_day", 99_000, now.AddDays(3), now);
        await database.ReadingsAsync(shown, QuotaSource.StatusLine, new Reading("five_hour", 1_000, now.AddHours(1), now));

        var windows = await database.Store<AccountWindows>().ReadAsync(now, ContractTests.Token);

        Assert.Equal(
            [
                ("five_hour", new WindowState(28, now.AddHours(2), now, PerMinute: 2)), ("seven_day", new WindowState(99, now.AddDays(3), now)),
                ("seven_day_opus", new WindowState(56, now.AddDays(2), now)),
            ],
            windows[account].OrderBy(window => window.Name, StringComparer.Ordinal));
        Assert.Empty(windows[unpolled]);
        Assert.Equal(1, windows.Count);
    }

    [Theory, EachDatabase]
    public async Task Samples_AreOfTheGeneralWindows_SinceAnInstant_InTheirOrder(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.VaultAccountAsync("1");
        var polled = await database.QuotaAccountAsync("person-1:org");
        foreach (var (window, minute) in ((string, int)[])[("seven_day", 0), ("five_hour", -3), ("five_hour", 0), ("seven_day", -3), ("five_hour", -6), ("seven_day_opus", 0)])
        {
            await database.PolledAsync(polled, window, 1_000 * (10 + minute), now.AddHours(2), now.AddMinutes(minute));
        }

        var (week, five) = (await database.QuotaWindowAsync(polled, "seven_day"), await database.QuotaWindowAsync(polled, "five_hour"));
        Assert.Equal(
            ((List<(long, long, long)>)[(week, database.Now - 180_000, 7_000), (week, database.Now, 10_000), (five, database.Now - 180_000, 7_000), (five, database.Now, 10_000)])
                .OrderBy(sample => sample.Item1).ThenBy(sample => sample.Item2),
            await database.ListAsync(RotationSql.Samples, rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2)), ("since", database.Now - 180_000)));
    }

    [Theory, EachDatabase]
    public async Task LimitHit_IsStoredForTheAccountOfItsSession_Once(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var limits = database.Store<LimitHitRecorder>();
        var account = await database.VaultAccountAsync("1");
        var agent = await database.AgentAsync("machine", account);
        await database.ReportAsync(agent, FleetGiven.Copy("1"), sessions: ["s"]);
        var at = database.Time.GetUtcNow();
        database.Time.Advance(TimeSpan.FromSeconds(10));

        // Before the config dir had the account, in an unknown session, and in a window of one model that was never read.
        Assert.True(await limits.NoteAsync([new SessionLimitHit("s", "five_hour", at.AddMilliseconds(-1), at.AddHours(1))]));
        Assert.True(await limits.NoteAsync([new SessionLimitHit("S", "five_hour", at, at.AddHours(1))]));
        Assert.True(await limits.NoteAsync([new SessionLimitHit("s", "seven_day_opus", at, at.AddHours(1))]));
        Assert.Empty(await LimitsAsync());

        Assert.True(await limits.NoteAsync([new SessionLimitHit("s", "five_hour", at, at.AddHours(1)), new SessionLimitHit("s", "session", at.AddSeconds(2), at.AddHours(2))]));
        Assert.True(await limits.NoteAsync([new SessionLimitHit("s", "five_hour", at.AddSeconds(1), at.AddHours(3))]));
        Assert.Equal([(account, "five_hour", at.AddSeconds(2), at.AddHours(2))], await LimitsAsync());
        Assert.True(await limits.NoteAsync([new SessionLimitHit("s", "five_hour", at.AddSeconds(3), at.AddHours(3)), new SessionLimitHit("s", "seven_day", at, at.AddDays(1))]));
        Assert.Equal([(account, "five_hour", at.AddSeconds(3), at.AddHours(3)), (account, "seven_day", at, at.AddDays(1))], await LimitsAsync());

        Assert.Equal(
            ["seven_day", "five_hour"], (await EventsAsync(database, new EventFilter(RotationEvent.LimitMet, agent, account))).Select(one => one.Event.Reason));
        var windows = await database.Store<AccountWindows>().ReadAsync(database.Time.GetUtcNow(), ContractTests.Token);
        Assert.Equal(new WindowState(100, at.AddHours(3), at.AddSeconds(3)), windows[account].Single(window => window.Name is "five_hour").Window);

        database.Time.Advance(at.AddHours(3) - database.Time.GetUtcNow());
        Assert.Equal("seven_day", Assert.Single(await database.ListAsync(LimitSql.Select, LimitRow.Of, ("now", database.Now))).Window);

        // The limit of a window that is over is news again.
        await database.ReportAsync(agent, FleetGiven.Copy("1"), sequence: 2, sessions: ["s"]);
        Assert.True(await limits.NoteAsync([new SessionLimitHit("s", "five_hour", database.Time.GetUtcNow(), database.Time.GetUtcNow().AddHours(1))]));
        Assert.Equal(
            ["five_hour", "seven_day", "five_hour"], (await EventsAsync(database, new EventFilter(RotationEvent.LimitMet, agent, account))).Select(one => one.Event.Reason));

        async Task<List<(FleetAccountId, string, DateTimeOffset, DateTimeOffset)>> LimitsAsync() =>
            [.. (await database.ListAsync(LimitSql.Select, LimitRow.Of, ("now", 0))).OrderBy(row => row.Window, StringComparer.Ordinal)
                .Select(row => (row.AccountId, row.Window, UnixTime.At(row.At), UnixTime.At(row.ResetsAt)))];
    }

    [Theory, EachDatabase]
    public async Task LimitHit_ThatTheLastPollContradicts_IsNotStored_AndOldOnesGo(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var limits = database.Store<LimitHitRecorder>();
        var (account, other) = (await database.VaultAccountAsync("1"), await database.VaultAccountAsync("2"));
        var agent = await database.AgentAsync("machine", account);
        await database.ReportAsync(agent, FleetGiven.Copy("1"), sessions: ["s"]);
        var now = database.Time.GetUtcNow();
        var polled = await database.QuotaAccountAsync("person-1:org");
        await database.PolledAsync(polled, "five_hour", 50_000, now.AddHours(2));
        await database.PolledAsync(polled, "seven_day_opus", 50_000, now.AddDays(2));
        await database.ExecuteAsync(LimitSql.Put, ("account", other.Value), ("window", "five_hour"), ("at", 1), ("resets_at", database.Now));

        Assert.True(await limits.NoteAsync([new SessionLimitHit("s", "five_hour", now, now.AddHours(1))]));
        Assert.Equal([(other.Value, "five_hour")], await WindowsAsync());
        Assert.True(await limits.NoteAsync([new SessionLimitHit("s", "five_hour", now, now.AddHours(2)), new SessionLimitHit("s", "seven_day_opus", now, now.AddDays(2))]));
        Assert.Equal([(account.Value, "five_hour"), (account.Value, "seven_day_opus")], await WindowsAsync());

        Assert.Equal(0, await PutAsync(database.Now));
        Assert.Equal(1, await PutAsync(database.Now + 1));

        Task<int> PutAsync(long at) => database.ExecuteAsync(LimitSql.Put, ("account", account.Value), ("window", "five_hour"), ("at", at), ("resets_at", at + 1));
        Task<List<(long, string)>> WindowsAsync() => database.ListAsync("SELECT account_id, \"window\" FROM fleet_limits ORDER BY 1, 2", rows => (rows.Int64(0), rows.Text(1)));
    }

    private static Task<IReadOnlyList<StoredRotationEvent>> EventsAsync(TestDatabase database, EventFilter filter, int limit = 100) =>
        database.Store<RotationEvents>().ReadAsync(filter, limit, ContractTests.Token);
}
