using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Composition;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Receiver.Usage.Tiers;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What one feature promises another about its rows.</summary>
[Collection<ContractTests>]
public sealed class PortContractTests
{
    [Theory, EachDatabase]
    public async Task HookTotals_SumEachSessionsModels_OfThatUserOnly(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var at = database.Time.GetUtcNow();
        await database.ReportAsync(amara, A.Turn("s", 0, at).With(("a", UsageGiven.Distinct), ("b", UsageGiven.Distinct)), A.Turn("s", 1, at).With(("a", UsageGiven.Distinct)));
        await database.ReportAsync(amara, A.Turn("another", 0, at), A.Turn("S", 0, at));
        await database.ReportAsync(ben, A.Turn("s", 0, at));
        var totals = database.Store<IHookTotals>();

        Assert.Equal(
            [new HookTotals("s", "a", 4, 6, 8, 22), new HookTotals("s", "b", 2, 3, 4, 11)],
            (await totals.ReadAsync("amara@example.org", ["s", "unknown", "it's"], DataScope.Everybody, ContractTests.Token)).OrderBy(row => row.Model, StringComparer.Ordinal));
        Assert.Empty(await totals.ReadAsync("amara@example.org", [], DataScope.Everybody, ContractTests.Token));
        Assert.Empty(await totals.ReadAsync("nobody@example.org", ["s"], DataScope.Everybody, ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task RequestSources_CountEachRequestOnce_ByWhoReportedIt(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var at = database.Now - 1000;
        Task ReportAsync(long user, string session, bool lacksIds, params (long Key, RequestSources Source, RequestOrigin Origin)[] requests) => database.ReportAsync(new IncomingRequests(
            user,
            new ReportOrigin(database.Now, null, null),
            [
                new IncomingSession(LedgerKey.OfSession(session), session, null, [], [], [.. requests.Select(request => new LedgerRequest
                {
                    Key = request.Key, At = at, Sources = request.Source, NamedBy = request.Source, Session = LedgerKey.OfSession(session), Origin = request.Origin, Model = "m", Input = 10, Output = 1,
                })]) { LacksIds = lacksIds },
            ]));
        await ReportAsync(amara, "s", lacksIds: false, (1, RequestSources.Hook, RequestOrigin.Main), (2, RequestSources.Hook, RequestOrigin.Main), (3, RequestSources.Telemetry, RequestOrigin.Compaction));
        await ReportAsync(amara, "s", lacksIds: false, (1, RequestSources.Telemetry, RequestOrigin.Main));
        await ReportAsync(amara, "t", lacksIds: true, (4, RequestSources.Hook, RequestOrigin.Main), (5, RequestSources.Telemetry, RequestOrigin.Main));
        await ReportAsync(ben, "s", lacksIds: false, (1, RequestSources.Telemetry, RequestOrigin.Main));
        var sources = database.Store<IRequestSources>();
        var (none, one) = (RequestCount.None, new RequestCount(1, 11));

        Assert.Equal(
            [new RequestsBySource(RequestOrigin.Main, one, new RequestCount(2, 22), none, one), new RequestsBySource(RequestOrigin.Compaction, none, none, one, none)],
            await sources.ReadAsync("amara@example.org", at, at + 1, DataScope.Everybody, ContractTests.Token));
        Assert.Equal([new RequestsBySource(RequestOrigin.Main, none, none, one, none)], await sources.ReadAsync("ben@example.org", 0, at + 1, DataScope.OfUser(ben), ContractTests.Token));
        Assert.Empty(await sources.ReadAsync("amara@example.org", at + 1, at + 2, DataScope.Everybody, ContractTests.Token));
        Assert.Empty(await sources.ReadAsync("amara@example.org", 0, at + 1, DataScope.OfUser(ben), ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task ASubjectsUsage_MovesToItsUserAndBack(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        await database.ExecuteAsync("INSERT INTO telemetry_subjects (subject_id, kind, name, first_at) VALUES (7, 'install', 'i', 1), (8, 'claimed', 'ben@example.org', 1), (9, 'other', '', 1)");
        foreach (var (holder, subject) in new[] { (amara, 0L), (-7L, 7L), (-8L, 8L) })
        {
            await database.ReportAsync(new IncomingRequests(holder, new ReportOrigin(database.Now, null, null), [new IncomingSession(1, "s", null, [], [], [.. Enumerable.Range(1, subject == 0 ? 2 : 500).Select(key => new LedgerRequest
            {
                Key = key, Subject = subject, At = database.Now - 1000, Sources = RequestSources.Telemetry, NamedBy = RequestSources.Telemetry, Session = 1, Model = "m", Input = 10, Output = 1,
            })])]));
        }

        var moves = database.Make<SubjectMoves>();
        Assert.Equal(0, await moves.MoveAsync(ContractTests.Token));
        await AssertAsync(2, 0, -7);

        await database.ExecuteAsync("UPDATE telemetry_subjects SET user_id = 1 WHERE subject_id = 7");
        Assert.Equal(500, await moves.MoveAsync(ContractTests.Token));
        await AssertAsync(500, 0, amara);

        await database.ExecuteAsync("UPDATE telemetry_subjects SET user_id = 2 WHERE subject_id = 7");
        Assert.Equal(500, await moves.MoveAsync(ContractTests.Token));
        await AssertAsync(2, 500, ben);

        await database.ExecuteAsync("UPDATE telemetry_subjects SET user_id = NULL WHERE subject_id = 7");
        Assert.Equal(500, await moves.MoveAsync(ContractTests.Token));
        await AssertAsync(2, 0, -7);

        async Task AssertAsync(long ofAmara, long ofBen, long holder)
        {
            Assert.Equal(ofAmara, await database.ScalarAsync("SELECT sum(requests) FROM usage_totals WHERE user_id = @user", ("user", amara)));
            Assert.Equal(ofBen, await database.ScalarAsync("SELECT coalesce(sum(requests), 0) FROM usage_totals WHERE user_id = @user", ("user", ben)));
            Assert.Equal(500, await database.ScalarAsync("SELECT count(*) FROM requests WHERE subject_id = 7 AND user_id = @user", ("user", holder)));
            Assert.Equal(500, await database.ScalarAsync("SELECT count(*) FROM requests WHERE subject_id = 8 AND user_id = -8 AND hidden = 7"));
            Assert.Empty(await database.ReadAsync(session => LedgerRecount.Users(session, long.MinValue).SelectMany(user => LedgerRecount.Check(session, OrganisationCalendar.Utc, user)).ToList()));
        }
    }

    [Theory, EachDatabase]
    public async Task FirstReporter_OfASession_IsTheUserWhoseReportCameFirst(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        await database.ReportAsync(ben, A.Turn("s", 0, database.Time.GetUtcNow()));
        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        await database.ReportAsync(amara, A.Turn("s", 0, database.Time.GetUtcNow().AddDays(-1)));

        Assert.Equal(ben, await database.ScalarAsync(PortsSql.FirstReporter, ("session", LedgerKey.OfSession("s"))));
        Assert.Null(await database.ScalarAsync(PortsSql.FirstReporter, ("session", LedgerKey.OfSession("S"))));
    }

    [Theory, EachDatabase]
    public async Task Plans_AreKnownTiers_WithASizeAfterALimitHit(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var (email, label, method) in new[] { ("amara@example.org", "Tier 1", TierMethod.Inferred), ("ben@example.org", "Tier 2", TierMethod.LimitHit),
            ("chen@example.org", "Unknown", TierMethod.LimitHit) })
        {
            await database.ExecuteAsync(
                TierSql.Put, ("user", await database.UserAsync(email)), ("label", label), ("peak_tokens", 500), ("method", method), ("window_count", 3), ("now", 1),
                ("limit_hit_at", (long?)null));
        }

        Assert.Equal(
            [("amara@example.org", new SeatPlan("Tier 1", null)), ("ben@example.org", new SeatPlan("Tier 2", 500))],
            (await database.Store<ISeatPlans>().ReadAsync(DataScope.Everybody, ContractTests.Token)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value)));
    }

    [Theory, EachDatabase]
    public async Task UserQuotas_AreTheNewestReadings_OfTheirOwnAndOfMatchingPolledAccounts(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        var own = await database.UserAsync("own@example.org");
        var same = await database.UserAsync("same@example.org");
        var older = await database.UserAsync("older@example.org");
        var newer = await database.UserAsync("newer@example.org");
        var several = await database.UserAsync("several@example.org");
        var mail = await database.UserAsync("mail@example.org");
        await database.UserAsync("none@example.org");

        await ReadAsync(await database.QuotaAccountAsync("own:x", own), 1_000);
        // A poll of the same account is newer than the status line.
        await ReadAsync(await database.QuotaAccountAsync("same:x", same), 2_000, minutesAgo: 5);
        await ReadAsync(await database.QuotaAccountAsync("same:x"), 2_500);
        // An older client does not name the organisation; the account has only one.
        await database.QuotaAccountAsync("old", older);
        await ReadAsync(await database.QuotaAccountAsync("old:x"), 3_000);
        // The vault does not know the organisation; the user has only one.
        await database.QuotaAccountAsync("new:x", newer);
        await ReadAsync(await database.QuotaAccountAsync("new"), 4_000);
        // Which of the two it is cannot be known.
        await database.QuotaAccountAsync("many", several);
        await ReadAsync(await database.QuotaAccountAsync("many:x"), 5_000);
        await ReadAsync(await database.QuotaAccountAsync("many:y"), 5_500);
        // A neighbour in every order of texts.
        await ReadAsync(await database.QuotaAccountAsync("many-z:x"), 5_700);
        await ReadAsync(await database.QuotaAccountAsync("by mail", email: "Mail@Example.org"), 6_000);

        var quotas = await database.Store<IUserQuotas>().ReadAsync(DataScope.Everybody, ContractTests.Token);

        Assert.Equal(
            [((int)own, 1.0, now), ((int)same, 2.5, now), ((int)older, 3.0, now), ((int)newer, 4.0, now), ((int)mail, 6.0, now)],
            quotas.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value.FiveHour!.UsedPercent, pair.Value.FiveHour.ObservedAt)));
        Assert.All(quotas.Values, quota => Assert.Null(quota.SevenDay));
        Assert.Equal(
            [("mail@example.org", 6.0), ("newer@example.org", 4.0), ("older@example.org", 3.0), ("own@example.org", 1.0), ("same@example.org", 2.5)],
            (await database.Store<IFiveHourQuotas>().ReadAsync(DataScope.Everybody, ContractTests.Token)).OrderBy(pair => pair.Key,
                StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value.UsedPercent)));

        Task<int> ReadAsync(QuotaAccountId account, long used, int minutesAgo = 0) => database.PolledAsync(account, "five_hour", used, now.AddHours(2), now.AddMinutes(-minutesAgo));
    }

    [Theory, EachDatabase]
    public async Task UserQuotas_HaveTheTwoGeneralLimits_AndTheirResets(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        var user = await database.UserAsync("amara@example.org");
        var account = await database.QuotaAccountAsync("a", user);
        await database.PolledAsync(account, "five_hour", 12_345, now);
        await database.PolledAsync(account, "seven_day", 100_500);
        await database.PolledAsync(account, "seven_day_opus", 1);

        var quota = Assert.Single(await database.Store<IUserQuotas>().ReadAsync(DataScope.Everybody, ContractTests.Token)).Value;

        Assert.Equal(new QuotaReading(12.345, now, true, now, "OAuth"), quota.FiveHour);
        Assert.Equal(new QuotaReading(100.5, null, false, now, "OAuth"), quota.SevenDay);
        Assert.Empty(await database.Store<IFiveHourQuotas>().ReadAsync(DataScope.Everybody, ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task AccountUsage_SumsWholeDaysAndTheirPartsAtBothEnds(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var from = database.Time.GetUtcNow().AddDays(-3);
        // Each turn's billed tokens are a power of ten, so that the sum says which of them count.
        foreach (var (index, at, output) in new[]
        {
            (0, from.AddMilliseconds(-1), 1L), (1, from, 10L), (2, from.AddHours(12), 100L), (3, from.AddDays(2), 1_000L),
            (4, from.AddDays(3).AddMilliseconds(-1), 10_000L), (5, from.AddDays(3), 100_000L),
        })
        {
            await database.ReportAsync(amara, A.Turn("s", index, at).With(("m", A.Usage(output, input: 0))));
        }

        await database.ReportAsync(ben, A.Turn("s", 0, from.AddHours(1)).With(("m", A.Usage(5, input: 2))));
        var to = from.AddDays(3);

        Assert.Equal(
            [11_110, 7, 11_117, 11_110, null, null, 10],
            await database.Store<IAccountUsage>().TokensAsync(
                [
                    new UsageSpan([amara], "", from, to), new UsageSpan([ben], "amara@example.org", from, to), new UsageSpan([amara, ben], "", from, to),
                    new UsageSpan([], "Amara@Example.org", from, to), new UsageSpan([], "nobody@example.org", from, to), new UsageSpan([], "", from, to),
                    // Within one day.
                    new UsageSpan([amara], "", from, from.AddHours(11)),
                ],
                DataScope.Everybody,
                ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task AccountUsage_OfUsersOutsideTheScope_IsUnknown(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben, chen) = (await database.UserAsync("amara@example.org", "Red"), await database.UserAsync("ben@example.org", "Blue"), await database.UserAsync("chen@example.org"));
        var (from, to) = (database.Time.GetUtcNow().AddDays(-1), database.Time.GetUtcNow());
        UsageSpan[] spans = [new([amara], "", from, to), new([amara, amara], "", from, to), new([amara, ben], "", from, to), new([chen], "", from, to)];

        async Task<IReadOnlyList<long?>> ReadAsync(DataScope allowed) => await database.Store<IAccountUsage>().TokensAsync(spans, allowed, ContractTests.Token);

        Assert.Equal([0, 0, null, null], await ReadAsync(DataScope.OfDivisions("Red")));
        Assert.Equal([0, 0, 0, null], await ReadAsync(DataScope.OfDivisions("Red", "Blue")));
        Assert.Equal([null, null, null, 0], await ReadAsync(DataScope.OfUser(chen)));
        Assert.Equal([null, null, null, null], await ReadAsync(DataScope.Nobody));
    }

    [Theory, EachDatabase]
    public async Task SessionUsers_AreThoseOfRecentSessions_AndOfMachinesThatOnlyOneHas(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var now = database.Time.GetUtcNow();
        await database.ReportAsync(amara, A.Turn("a", 0, now), A.Turn("both", 0, now), A.Turn("at the limit", 0, now.AddDays(-1)),
            A.Turn("old", 0, now.AddDays(-1).AddMilliseconds(-1)));
        await database.ReportAsync(ben, A.Turn("both", 0, now));
        await database.DeviceAsync(amara, "Laptop", 1, key: "1");
        await database.DeviceAsync(amara, "laptop", 1, key: "2");
        await database.DeviceAsync(amara, "shared", 1);
        await database.DeviceAsync(ben, "SHARED", 1);
        await database.DeviceAsync(ben, "revoked", 1, revokedAt: 2);
        await database.DeviceAsync(ben, "waiting", 1, approvedAt: null);
        await database.DeviceAsync(ben, "", 1);

        var owners = await database.Store<ISessionUsers>().ReadAsync(DataScope.Everybody, ContractTests.Token);

        Assert.Equal(["a", "at the limit"], owners.BySession.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([("laptop", "amara@example.org")], owners.ByMachine.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal("amara@example.org", owners.Of("unknown", "LAPTOP"));
    }
}
