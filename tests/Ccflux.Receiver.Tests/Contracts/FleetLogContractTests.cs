using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the fleet's records promise: accesses to logins, refused attempts, and the one log of both and of rotation.</summary>
[Collection<ContractTests>]
public sealed class FleetLogContractTests
{
    private static readonly Actor s_agent = Actor.Agent("agent", "192.0.2.9");
    private static readonly Actor s_stranger = Actor.Anonymous("203.0.113.1");

    [Theory, EachDatabase]
    public async Task Accesses_AreReadNewestFirst_WithTheNamesOfWhatStillExists(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.BareAccountAsync("p", "p", organization: null, "1");
        await database.BareAgentAsync("agent", "Rechner 🖥");
        await AccessAsync(database, new FleetAccess(s_agent, FleetAction.Deliver, FleetAccess.Done, account, "agent", "1"));
        await AccessAsync(database, new FleetAccess(s_agent, FleetAction.Confirm, "expired", new FleetAccountId(account.Value + 1), "gone", "2", "größe 'quoted' \"twice\" %_\\"));
        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        await AccessAsync(database, new FleetAccess(Actor.PartOfSystem("switcher"), FleetAction.Restore, "unknown"));

        var rows = await database.Store<FleetAudit>().ReadAsync(10, long.MaxValue, ContractTests.Token);

        Assert.Equal(
            [
                (database.Now, "switcher", "", "restore", null, "", null, "", null, "unknown", ""),
                (database.Now - 1, "agent", "192.0.2.9", "confirm", (FleetAccountId?)new FleetAccountId(account.Value + 1), "", "gone", "", "2", "expired", "größe 'quoted' \"twice\" %_\\"),
                (database.Now - 1, "agent", "192.0.2.9", "deliver", (FleetAccountId?)account, "account p", (string?)"agent", "Rechner 🖥", (string?)"1", "ok", ""),
            ],
            rows.Select(row => (row.At, row.Actor, row.Address, row.Action, row.AccountId, row.Account, row.AgentId, row.Machine, row.Fingerprint, row.Outcome, row.Detail)));
        Assert.True(rows[0].Id > rows[1].Id && rows[1].Id > rows[2].Id);
        Assert.Equal([rows[1].Id], (await database.Store<FleetAudit>().ReadAsync(1, rows[0].Id, ContractTests.Token)).Select(row => row.Id));
        Assert.Empty(await database.Store<FleetAudit>().ReadAsync(1, rows[2].Id, ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task AccessOfAPerson_IsInTheAuditLogToo_WithTheNamesAtThatTime(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.BareAccountAsync("p", "p", organization: null, "1");
        await database.BareAgentAsync("agent", "machine");
        await AccessAsync(database, new FleetAccess(Given.Admin, FleetAction.Seal, "not-granted", account, "agent", Detail: "detail"));
        await AccessAsync(database, new FleetAccess(Actor.Cli, FleetAction.Revoke, FleetAccess.Done, AgentId: "agent"));
        await AccessAsync(database, new FleetAccess(Actor.Cli, FleetAction.Remove, FleetAccess.Done, new FleetAccountId(account.Value + 1), "gone"));
        await AccessAsync(database, new FleetAccess(s_agent, FleetAction.Deliver, FleetAccess.Done, account, "agent"));

        Assert.Equal(
            [("cli", "fleet.remove", "", ""), ("cli", "fleet.revoke", "machine", ""), ("admin", "fleet.seal", "account p", "machine, not-granted, detail")],
            (await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token)).Select(line => (line.Actor, line.Action, line.Target, line.Detail)));
    }

    [Theory, EachDatabase]
    public async Task Prune_DeletesWhatIsOld(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await AccessAsync(database, new FleetAccess(s_agent, FleetAction.Deliver, FleetAccess.Done, AgentId: "a"));
        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        await AccessAsync(database, new FleetAccess(s_agent, FleetAction.Deliver, FleetAccess.Done, AgentId: "b"));

        Assert.Equal(1, await database.WriteAsync(session => FleetAudit.Prune(session, database.Time.GetUtcNow())));

        Assert.Equal("b", Assert.Single(await database.Store<FleetAudit>().ReadAsync(10, long.MaxValue, ContractTests.Token)).AgentId);
    }

    [Theory, EachDatabase]
    public async Task Prune_KeepsTheNewestOfEachKind_SoThatNoneDisplacesAnother(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var (actor, agent, action) in ((string, string?, string)[])
            [
                ("cli", null, "1"), ("agent", "a", "x"), ("agent", "a", "x"), ("agent", "A", "x"), ("agent", "a", "y"), ("agent", null, "x"), ("admin", "a", "x"),
                ("agent", "a", "x"), ("switcher", null, "2"),
                ("agent", null, "x"), ("agent", "A", "x"),
            ])
        {
            await database.ExecuteAsync(
                FleetAuditSql.Insert,
                ("at", 1), ("actor", actor), ("address", ""), ("action", action), ("account", (long?)null), ("agent", agent), ("fingerprint", (string?)null),
                ("outcome", "ok"), ("detail", ""));
        }

        Assert.Equal(0, await KeepAsync(FleetAuditSql.PruneOthers, 3));
        Assert.Equal(0, await KeepAsync(FleetAuditSql.PruneEachAgent, 3));
        Assert.Equal(0, await KeepAsync(FleetAuditSql.PruneAgents, 8));
        Assert.Equal(1, await KeepAsync(FleetAuditSql.PruneOthers, 2));
        Assert.Equal([2, 3, 4, 5, 6, 7, 8, 9, 10, 11], await IdsAsync());
        // The newest of a with x, of A with x, of a with y, and of nobody with x.
        Assert.Equal(4, await KeepAsync(FleetAuditSql.PruneEachAgent, 1));
        Assert.Equal([5, 7, 8, 9, 10, 11], await IdsAsync());
        Assert.Equal(2, await KeepAsync(FleetAuditSql.PruneAgents, 2));
        Assert.Equal([7, 9, 10, 11], await IdsAsync());

        Task<int> KeepAsync(string sql, int keep) => database.ExecuteAsync(sql, ("keep", keep));
        Task<List<long>> IdsAsync() => database.ListAsync("SELECT audit_id FROM fleet_audit ORDER BY audit_id", rows => rows.Int64(0));
    }

    [Theory, EachDatabase]
    public async Task RefusedAttempts_OfOneHourAndKind_AreOneRow_WithTheLastOfThem(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.BareAccountAsync("p", "p", organization: null, "1");
        await database.BareAgentAsync("agent", "machine");
        await AccessAsync(database, new FleetAccess(s_stranger, FleetAction.Authenticate, "signature", Fingerprint: "1", Detail: "first"));
        database.Time.Advance(TimeSpan.FromMinutes(59));
        await AccessAsync(database, new FleetAccess(s_agent with { IpAddress = s_stranger.IpAddress }, FleetAction.Authenticate, "signature", Detail: "last"));
        await AccessAsync(database, new FleetAccess(s_stranger, FleetAction.Authenticate, "Signature"));
        await AccessAsync(database, new FleetAccess(s_agent, FleetAction.BringBack, "superseded", account, "agent", "2", "größe"));
        await database.WriteAsync(session => FleetRefusals.Write(session, database.Time.GetUtcNow(),
            new FleetAccess(s_agent, FleetAction.BringBack, "superseded", account, "agent", "2", "größe"), times: 5));
        database.Time.Advance(TimeSpan.FromMinutes(1));
        await AccessAsync(database, new FleetAccess(s_stranger, FleetAction.Authenticate, "signature"));
        var (now, hour) = (database.Now, database.Now / 3_600_000);

        Assert.Empty(await database.Store<FleetAudit>().ReadAsync(10, long.MaxValue, ContractTests.Token));
        var rows = await database.Store<FleetRefusals>().ReadAsync(10, ContractTests.Token);
        Assert.Equal(
            [
                (now - 60_000, "agent", "192.0.2.9", "bring-back", (FleetAccountId?)account, "account p", (string?)"agent", "machine", (string?)"2", "superseded", "größe", 6L),
                (now - 60_000, "anonymous", "203.0.113.1", "authenticate", null, "", null, "", null, "Signature", "", 1L),
                (now - 60_000, "agent", "203.0.113.1", "authenticate", null, "", null, "", null, "signature", "last", 2L),
                (now, "anonymous", "203.0.113.1", "authenticate", null, "", null, "", null, "signature", "", 1L),
            ],
            rows.OrderBy(row => row.At).ThenBy(row => row.Address, StringComparer.Ordinal).ThenBy(row => row.Outcome, StringComparer.Ordinal)
                .Select(row => (row.At, row.Actor, row.Address, row.Action, row.AccountId, row.Account, row.AgentId, row.Machine, row.Fingerprint, row.Outcome, row.Detail,
                    row.Times)));
        Assert.Equal(now, Assert.Single(await database.Store<FleetRefusals>().ReadAsync(1, ContractTests.Token)).At);
        Assert.Equal(3, await database.ScalarAsync(FleetAuditSql.CountRefusals, ("hour", hour - 1)));
        Assert.Equal(1, await database.ScalarAsync(FleetAuditSql.CountRefusals, ("hour", hour)));
    }

    [Theory, EachDatabase]
    public async Task RefusedAttempts_OfTooManyAddresses_AreCountedTogether(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (now, hour) = (database.Now, database.Now / 3_600_000);
        await database.WriteAsync(session =>
        {
            for (var number = 0; number < FleetRefusals.PerHour; number++)
            {
                session.Execute(
                    FleetAuditSql.PutRefusal,
                    ("hour", hour), ("address", $"address {number}"), ("action", FleetAction.Authenticate), ("outcome", "signature"), ("agent", ""), ("account", 0),
                    ("actor", s_stranger.StoredName), ("fingerprint", (string?)null), ("detail", ""), ("times", 1), ("at", now));
            }
        });

        foreach (var address in (string[])["new", "newer", "address 1"])
        {
            await AccessAsync(database, new FleetAccess(Actor.Agent("agent", address), FleetAction.Authenticate, "signature", new FleetAccountId(7), "agent"));
            await AccessAsync(database, new FleetAccess(Actor.Anonymous(address), FleetAction.Authenticate, "signature"));
        }

        Assert.Equal(
            [("address 1", "", 2L, 0L), ("others", "", 5L, 0L)],
            await database.ListAsync(
                "SELECT address, agent_id, times, account_id FROM fleet_refusals WHERE times > 1 ORDER BY address",
                rows => (rows.Text(0), rows.Text(1), rows.Int64(2), rows.Int64(3))));
        Assert.Equal(FleetRefusals.PerHour + 1, await database.ScalarAsync(FleetAuditSql.CountRefusals, ("hour", hour)));
    }

    [Theory, EachDatabase]
    public async Task PruneRefusals_KeepsTheNewest(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var minute in (int[])[1, 2, 3, 4])
        {
            await AccessAsync(database, new FleetAccess(s_stranger with { IpAddress = $"address {minute}" }, FleetAction.Enrol, "code"));
            database.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(1, await database.WriteAsync(session => FleetRefusals.Prune(session, database.Time.GetUtcNow().AddMinutes(-3))));
        Assert.Equal(0, await database.ExecuteAsync(FleetAuditSql.PruneRefusals, ("before", 0), ("keep", 3)));
        Assert.Equal(1, await database.ExecuteAsync(FleetAuditSql.PruneRefusals, ("before", 0), ("keep", 2)));

        Assert.Equal(["address 4", "address 3"], (await database.Store<FleetRefusals>().ReadAsync(10, ContractTests.Token)).Select(row => row.Address));
    }

    [Theory, EachDatabase]
    public async Task Log_IsEveryRecord_NewestFirst_OrOnePartOfThem(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (from, to) = (await database.BareAccountAsync("p", "p", organization: null, "1"), await database.BareAccountAsync("q", "q", organization: null, "2"));
        await database.BareAgentAsync("agent", "machine");
        await database.WriteAsync(session => RotationEvents.Write(session, database.Time.GetUtcNow(),
            new RotationEvent("switched", "agent", from, to, "in_order", """{"a":1}""")));
        await database.WriteAsync(session => RotationEvents.Write(session, database.Time.GetUtcNow(),
            new RotationEvent("rotation_paused", AgentId: null, FromAccount: null, ToAccount: null, "admin")));
        await TickAsync(new FleetAccess(s_agent, FleetAction.Deliver, FleetAccess.Done, to, "agent", "2"));
        await TickAsync(new FleetAccess(s_agent, FleetAction.Grant, "withdrawn", from, "agent"));
        await TickAsync(new FleetAccess(s_agent, FleetAction.Refresh, "failed", from, Detail: "no answer"));
        await TickAsync(new FleetAccess(s_agent, FleetAction.BringBack, "superseded", to, "agent", "1", "replaces 3"));
        await TickAsync(new FleetAccess(s_stranger, FleetAction.Enrol, "code"));
        await AccessAsync(database, new FleetAccess(s_stranger, FleetAction.Enrol, "code"));
        await TickAsync(new FleetAccess(s_stranger with { IpAddress = "another" }, FleetAction.Enrol, "code", Detail: "first"));
        await AccessAsync(database, new FleetAccess(s_stranger with { IpAddress = "another" }, FleetAction.Enrol, "code", Detail: "second"));

        var start = database.Time.GetUtcNow().AddSeconds(-6);
        LogLine[] all =
        [
            new(start.AddSeconds(6), "agents", "enrol", "code", "2 times within the hour, the last: second", "anonymous", null, "", "", ""),
            new(start.AddSeconds(5), "agents", "enrol", "code", "2 times within the hour", "anonymous", null, "", "", ""),
            new(start.AddSeconds(4), "tokens", "bring-back", "superseded", "replaces 3", "agent", "1", "", "account q", "machine"),
            new(start.AddSeconds(3), "tokens", "refresh", "failed", "no answer", "agent", null, "", "account p", ""),
            new(start.AddSeconds(2), "agents", "grant", "withdrawn", "", "agent", null, "", "account p", "machine"),
            new(start.AddSeconds(1), "agents", "deliver", "ok", "", "agent", "2", "", "account q", "machine"),
            new(start, "switches", "rotation_paused", "admin", "{}", "", null, "", "", ""),
            new(start, "switches", "switched", "in_order", """{"a":1}""", "", null, "account p", "account q", "machine"),
        ];
        Assert.Equal(all, await LinesAsync(""));
        Assert.Equal(all, await LinesAsync("unknown"));
        Assert.Equal(all[6..], await LinesAsync("switches"));
        Assert.Equal(all[2..4], await LinesAsync("tokens"));
        Assert.Equal([all[0], all[1], all[4], all[5]], await LinesAsync("agents"));
        Assert.Equal(all[..4], await LinesAsync("refused"));

        Task TickAsync(FleetAccess access)
        {
            database.Time.Advance(TimeSpan.FromSeconds(1));
            return AccessAsync(database, access);
        }

        async Task<IReadOnlyList<LogLine>> LinesAsync(string part) => (await database.Store<LogQuery>().ReadAsync(part, page: null, ContractTests.Token)).Lines;
    }

    [Theory, EachDatabase]
    public async Task Log_PageByPage_IsEveryLineOnce(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.WriteAsync(session =>
        {
            // Events and accesses of the same instant; their ids say which are newer.
            for (var number = 0; number < 60; number++)
            {
                RotationEvents.Write(session, database.Time.GetUtcNow(), new RotationEvent($"event {number}", null, null, null, ""));
                FleetAudit.Write(session, database.Time.GetUtcNow(), new FleetAccess(s_agent, $"access {number}", FleetAccess.Done));
            }
        });
        var log = database.Store<LogQuery>();

        var pages = new[] { await log.ReadAsync("", "1", ContractTests.Token), await log.ReadAsync("", "2", ContractTests.Token),
            await log.ReadAsync("", "3", ContractTests.Token) };

        Assert.Equal([(50, true), (50, true), (20, false)], pages.Select(page => (page.Lines.Count, page.HasMore)));
        var kinds = pages.SelectMany(page => page.Lines).Select(line => line.Kind).ToList();
        Assert.Equal(120, kinds.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(
            Enumerable.Range(0, 60).Reverse().Select(number => $"event {number}"), kinds.Where(name => name.StartsWith("event", StringComparison.Ordinal)));
    }

    private static Task AccessAsync(TestDatabase database, FleetAccess access) => database.WriteAsync(session => FleetAudit.Write(session, database.Time.GetUtcNow(), access));
}
