using System.Globalization;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Panels;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Receiver.Usage.Read;
using Ccflux.Receiver.Usage.Tiers;
using Ccflux.Receiver.Usage;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the readers of usage promise, apart from whole days.</summary>
[Collection<ContractTests>]
public sealed class UsageReadContractTests
{
    [Theory, EachDatabase]
    public async Task Users_AreInTheOrderOfTheirIds_WithTotalsAndTierWhereThereAreAny(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("zoë@example.org", "Größe"), await database.UserAsync("ben@example.org"));
        var at = database.Time.GetUtcNow();
        await database.ReportAsync(database.Incoming(amara, A.Turn("s", 0, at)) with { Client = A.Batch().Client });
        await database.ExecuteAsync(
            TierSql.Put, ("user", amara), ("label", "Tier 2"), ("peak_tokens", 5), ("method", TierMethod.LimitHit), ("window_count", 6), ("now", 1), ("limit_hit_at", 7));

        using var snapshot = await SnapshotAsync(database);

        Assert.Equal(
            [
                new UserFacts
                {
                    Id = amara, Email = "zoë@example.org", Division = "Größe", CreatedAt = database.Now, LastReportAt = database.Now, PluginVersion = "1.0.0",
                    ClaudeCodeVersion = "2.1.0", Platform = "linux-x86_64", Sessions = 1, Turns = 1, Failed = 0, FirstAt = database.Now, LastAt = database.Now,
                    TierLabel = "Tier 2", TierPeak = 5, TierMethod = "limit_hit", TierWindows = 6, LimitHitAt = 7,
                },
                new UserFacts { Id = ben, Email = "ben@example.org", CreatedAt = database.Now },
            ],
            snapshot.Users.Values);
        Assert.Matches("^[0-9a-f]{32}$", snapshot.StoreId);
    }

    [Theory, EachDatabase]
    public async Task Models_AreInTheOrderInWhichTheyWereFirstSeen(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var (name, seen) in new[] { ("c", 20), ("b", 30), ("ä", 10), ("a", 20) })
        {
            await database.ExecuteAsync("INSERT INTO models (name, first_seen_at) VALUES (@name, @seen)", ("name", name), ("seen", seen));
        }

        using var snapshot = await SnapshotAsync(database);

        Assert.Equal(["ä", "c", "a", "b"], snapshot.Models.Values.OrderBy(model => model.Order).Select(model => model.Name));
    }

    [Theory, EachDatabase]
    public async Task Events_TheNewestStoredFirst_WithWholeRows(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var device = await database.DeviceAsync(user, "laptop", 1);
        var at = database.Time.GetUtcNow();
        var incoming = database.Incoming(user, A.Turn("s", 7, at.AddHours(-1)).With(("a", UsageGiven.Distinct)));
        await database.ReportAsync(new IncomingRequests(user, incoming.From with { Device = device }, incoming.Sessions));
        await database.ReportAsync(user, A.Turn("t", 8, at.AddHours(-2), model: "b", outcome: TurnOutcome.Failed));
        using var snapshot = await SnapshotAsync(database);

        var events = EventsPanel.Read(snapshot, Everything(database), TableShape.Events.Initial).Rows;

        Assert.Equal(2, events.Count);
        Assert.Equal(("t", null, "failed"), (events[0].SessionId, events[0].Device, events[0].Outcome));
        Assert.Equal(
            new EventRow(
                events[1].Id, at, at.AddHours(-1), new UserRef(user, "amara@example.org", ""), "laptop", "s", 0, snapshot.Models.Values.Single(model => model.Name == "a"),
                new TokenSums(2, 3, 4, 11), 1, "completed"),
            events[1]);
    }

    [Theory, EachDatabase]
    public async Task Events_OfSomeUsersAndAModel_ExcludeAllOthers(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben, chen) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"), await database.UserAsync("chen@example.org"));
        var at = database.Time.GetUtcNow();
        foreach (var (user, index) in new[] { (amara, 0), (ben, 1), (chen, 2), (amara, 3), (ben, 4) })
        {
            await database.ReportAsync(user, A.Turn($"{index}", 0, at).With(("a", A.Usage()), ("b", A.Usage())));
        }

        using var snapshot = await SnapshotAsync(database);
        var model = (int)snapshot.Models.Values.Single(one => one.Name == "b").Id;

        Assert.Equal([4, 4, 3, 3, 1, 1, 0, 0], Indexes(Of([(int)amara, (int)ben], null)));
        Assert.Equal([4, 1], Indexes(Of([(int)ben], model)));
        Assert.Equal([4, 3, 2, 1, 0], Indexes(Of(null, model)));
        Assert.Equal([], Indexes(Of([], null)));
        Assert.Equal([], Indexes(Of([(int)(amara + ben + chen)], null)));
        Assert.Equal([10, 8, 2, 0],
            new[] { Of(null, null), Of([(int)amara, (int)ben], null), Of([(int)ben], model), Of([], model) }.Select(scope => EventsPanel.Count(snapshot, scope)));
        Assert.Equal([4, 4, 3], EventsPanel.Read(snapshot, Of([(int)amara, (int)ben], null), TableShape.Events.Initial with { Size = 3 }).Rows.Select(Number));

        IEnumerable<int> Indexes(Scope scope) => EventsPanel.Read(snapshot, scope, TableShape.Events.Initial).Rows.Select(Number);

        Scope Of(HashSet<int>? users, int? ofModel) => Everything(database) with { Users = users, Model = ofModel };
    }

    [Theory, EachDatabase]
    public async Task EventParts_ContinueWhereTheLastOneEnded(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        foreach (var index in Enumerable.Range(0, 6))
        {
            await database.ReportAsync(index % 2 == 0 ? amara : ben, A.Turn($"{index}", 0, database.Time.GetUtcNow()));
        }

        using var snapshot = await SnapshotAsync(database);
        var scope = Everything(database) with { Users = [(int)amara] };

        var (first, before) = EventsPanel.ReadPart(snapshot, scope, long.MaxValue, 2);
        var (second, rest) = EventsPanel.ReadPart(snapshot, scope, before!.Value, 2);
        var (none, end) = EventsPanel.ReadPart(snapshot, scope, rest!.Value, 2);

        Assert.Equal([4, 2], first.Select(Number));
        Assert.Equal([0], second.Select(Number));
        Assert.Empty(none);
        Assert.Null(end);
    }

    [Theory, EachDatabase]
    public async Task Sessions_AreOrderedByTheChosenColumn(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        await database.ReportAsync(user, A.Turn("a", 0, at.AddHours(-1), output: 1), A.Turn("a", 1, at.AddHours(-3), output: 1), A.Turn("a", 2, at.AddHours(-2), output: 1));
        await database.ReportAsync(user, A.Turn("b", 0, at.AddHours(-2), output: 500), A.Turn("b", 1, at.AddHours(-2), output: 500));
        await database.ReportAsync(user, A.Turn("c", 0, at.AddHours(-2.5), output: 2));
        using var snapshot = await SnapshotAsync(database);

        foreach (var (sort, descending, expected) in new[]
        {
            ("last", true, "a b c"), ("last", false, "c b a"), ("started", true, "b c a"), ("started", false, "a c b"),
            ("turns", true, "a b c"), ("turns", false, "c b a"), ("billed", true, "b a c"), ("billed", false, "c a b"),
        })
        {
            var state = TableShape.Sessions.Initial with { Sort = sort, Descending = descending };
            var filter = UsageFilter.Default(OrganisationCalendar.Utc.DateOf(at));
            var page = SessionsPanel.Read(snapshot, database.Store<DayReader>(), (int)user, filter, state);
            Assert.Equal((expected, 3), (string.Join(' ', page.Rows.Select(row => row.SessionId)), page.Total));
            var found = SessionsPanel.Find(snapshot, (int)user, filter, state);
            Assert.Equal(expected, string.Join(' ', SessionsPanel.Read(snapshot, database.Store<DayReader>(), (int)user, found).Select(row => row.SessionId)));
            Assert.Equal(expected.Split(' ')[2], Assert.Single(SessionsPanel.Read(
                snapshot, database.Store<DayReader>(), (int)user, filter, state with { Size = 2, Page = 2 }).Rows).SessionId);
        }
    }

    [Theory, EachDatabase]
    public async Task Sessions_SearchIsLiteral_AndRespectsCase(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var at = database.Time.GetUtcNow();
        foreach (var session in (string[])["x%y", "x_y", "xAy", "xay", "xÄy"])
        {
            await database.ReportAsync(amara, A.Turn(session, 0, at));
        }

        await database.ReportAsync(amara, A.Turn("xay of last year", 0, at.AddDays(-300)));
        await database.ReportAsync(ben, A.Turn("xay", 0, at));
        using var snapshot = await SnapshotAsync(database);

        foreach (var (search, expected) in new[] { ("%", "x%y"), ("_", "x_y"), ("a", "xay"), ("A", "xAy"), ("Ä", "xÄy"), ("ä", ""), ("x", "x%y x_y xAy xay xÄy") })
        {
            var state = TableShape.Sessions.Initial with { Search = search };
            var page = SessionsPanel.Read(snapshot, database.Store<DayReader>(), (int)amara, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(at)), state);
            Assert.Equal(expected.Split(' ').Where(session => session.Length > 0).Order(StringComparer.Ordinal), page.Rows.Select(row => row.SessionId).Order(StringComparer.Ordinal));
            Assert.Equal(page.Rows.Count, SessionsPanel.Find(snapshot, (int)amara, UsageFilter.Default(OrganisationCalendar.Utc.DateOf(at)), state).Count);
        }
    }

    [Theory, EachDatabase]
    public async Task Sessions_ByKey_KeepTheGivenOrder_AndSumEachModel(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        await database.ReportAsync(user, A.Turn("a", 0, at, output: 1).With(("m", A.Usage(1)), ("n", A.Usage(500))), A.Turn("a", 1, at.AddDays(-1)).With(("m", A.Usage(2))));
        await database.ReportAsync(user, A.Turn("b", 0, at).With());
        using var snapshot = await SnapshotAsync(database);
        var (b, a) = (LedgerKey.OfSession("b"), LedgerKey.OfSession("a"));
        var reader = database.Store<DayReader>();

        var rows = SessionsPanel.Read(snapshot, reader, (int)user, [b, 7, a]);

        Assert.Equal(["b", "a"], rows.Select(row => row.SessionId));
        Assert.Equal([], rows[0].Models.Select(share => share.Model.Name));
        Assert.Equal([("n", 600L), ("m", 203L)], rows[1].Models.Select(share => (share.Model.Name, share.Billed)));
        Assert.Empty(SessionsPanel.Read(snapshot, reader, (int)user, []));
        Assert.Empty(SessionsPanel.Read(snapshot, reader, (int)user + 1, [a, b]));
    }

    [Theory, EachDatabase]
    public async Task UserLimits_AreThoseOfThePeriod_TheNewestFirst(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        var midnight = at.AddHours(-12);
        await database.ReportAsync(user, A.Turn("s", 3, at) with
        {
            LimitEvents =
            [
                new LimitEvent { AtUtc = midnight, Window = "five_hour", ResetsAtUtc = at, Final = true },
                new LimitEvent { AtUtc = midnight.AddMilliseconds(-1) },
                new LimitEvent { AtUtc = midnight.AddDays(1) },
                new LimitEvent { AtUtc = midnight.AddDays(1).AddMilliseconds(-1) },
            ],
        });
        using var snapshot = await SnapshotAsync(database);
        var today = DateOnly.FromDateTime(at.UtcDateTime);

        Assert.Equal(
            [new LimitEventRow(midnight.AddDays(1).AddMilliseconds(-1), null, null, false, "s", 0), new LimitEventRow(midnight, "five_hour", at, true, "s", 0)],
            SessionsPanel.ReadLimits(snapshot, (int)user, new UsageFilter(UsageFilter.Custom, today, today)));
    }

    [Theory, EachDatabase]
    public async Task LimitHits_AreEachUsersLastFinalOne(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben, chen) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"), await database.UserAsync("chen@example.org"));
        var at = database.Time.GetUtcNow();
        await HitAsync(ben, "s", 0, at, "first", final: true);
        await HitAsync(ben, "s", 1, at.AddSeconds(-1), "second", final: true);
        await HitAsync(ben, "t", 0, at.AddSeconds(-2), "third", final: true);
        await HitAsync(ben, "t", 1, at.AddMinutes(1), "not final", final: false);
        await HitAsync(amara, "s", 0, at.AddDays(-1), "at the limit", final: true);
        await HitAsync(chen, "s", 0, at.AddDays(-1).AddMilliseconds(-1), "before", final: true);

        Assert.Equal(
            [(amara, database.Now - 86_400_000, "at the limit"), (ben, database.Now, "first")],
            await database.ListAsync(UsageReadSql.LimitHits, rows => (rows.Int64(0), rows.Int64(1), rows.Text(2)), ("since", database.Now - 86_400_000)));

        Task HitAsync(long user, string session, int index, DateTimeOffset when, string window, bool final) =>
            database.ReportAsync(user, A.Turn(session, index, at) with { LimitEvents = [new LimitEvent { AtUtc = when, Window = window, Final = final }] });
    }

    [Theory, EachDatabase]
    public async Task Audit_IsReadByPage_AndInParts(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var number in Enumerable.Range(1, 5))
        {
            await database.WriteAsync(session => AuditLog.Write(session, new AuditEntry(database.Time.GetUtcNow(), Actor.Cli, "action", $"{number}", "d")));
        }

        using var snapshot = await SnapshotAsync(database);
        var page = AuditPanel.Read(snapshot, TableShape.Audit.Initial with { Size = 2, Page = 2 });
        var last = AuditPanel.Read(snapshot, TableShape.Audit.Initial with { Size = 2, Page = 99 });
        var part = AuditPanel.ReadPart(snapshot, page.Rows[1].Id, 1);

        Assert.Equal((5, "3 2"), (page.Total, string.Join(' ', page.Rows.Select(row => row.Target))));
        Assert.Equal((3, "1"), (last.State.Page, string.Join(' ', last.Rows.Select(row => row.Target))));
        Assert.Equal(new AuditRow(part[0].Id, database.Time.GetUtcNow(), "cli", "action", "1", "d", ""), Assert.Single(part));
    }

    [Theory, EachDatabase]
    public async Task Seats_AreUsersWithTheTokenThatCounts_AndTokensNobodyUsedYet(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.UserAsync("amara@example.org");
        await database.RefreshTokenAsync("1", " Amara@example.org", now.AddDays(-2), now.AddDays(1), days: 9);
        await database.RefreshTokenAsync("2", "amara@example.org", now.AddDays(-1), revoked: true, days: 8);
        await database.RefreshTokenAsync("3", "ben@example.org", now.AddDays(-1), division: "Data");
        await database.RefreshTokenAsync("4", "  ", now);
        using var snapshot = await SnapshotAsync(database);

        Assert.Equal(
            [("amara@example.org", "", 9, now.AddDays(1)), ("ben@example.org", "Data", null, (DateTimeOffset?)null)],
            SeatsPanel.Read(snapshot).Select(seat => (seat.User.Email, seat.User.Division, seat.DaysValid, seat.ExpiresAt)));
    }

    [Theory, EachDatabase]
    public async Task Devices_AreInTheOrderOfTheirIds(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var b = await database.DeviceAsync(user, "b", 1, lastSeenAt: 2, key: "0123456789abcdefghij");
        var a = await database.DeviceAsync(user, "a", 3, approvedAt: null);
        var c = await database.DeviceAsync(user, "c", 4, revokedAt: 5);
        using var snapshot = await SnapshotAsync(database);
        var of = new UserRef(user, "amara@example.org", "");

        Assert.Equal(
            [
                new DeviceRow(b, "b", of, "01234567…cdefghij", At(1), At(2), null, DeviceStatus.Active),
                new DeviceRow(a, "a", of, "key of a", At(3), null, null, DeviceStatus.WaitingForApproval),
                new DeviceRow(c, "c", of, "key of c", At(4), null, At(5), DeviceStatus.Revoked),
            ],
            DevicesPanel.Read(snapshot));

        static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }

    [Theory, EachDatabase]
    public async Task Page_OfAnEmptyDatabase_HasNoFirstDay_AndThenTheFirst(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        Assert.True((await ReadAsync()).IsEmpty);

        await database.ReportAsync(await database.UserAsync("amara@example.org"), A.Turn("s", 0, at.AddDays(-3)), A.Turn("s", 1, at));
        var page = await ReadAsync();

        Assert.Equal(DateOnly.FromDateTime(at.UtcDateTime).AddDays(-3), page.Daily.FirstDay);
        Assert.Equal(2, page.UsersTotal.Turns);

        Task<UsagePageView> ReadAsync() => database.Store<UsagePageQuery>().ReadAsync(UsagePageRequest.Whole(UsageFilter.Default(OrganisationCalendar.Utc.DateOf(at))), DataScope.Everybody, ContractTests.Token);
    }

    private static int Number(EventRow row) => int.Parse(row.SessionId, CultureInfo.InvariantCulture);

    private static Task<UsageSnapshot> SnapshotAsync(TestDatabase database) => UsageSnapshot.OpenAsync(database.Readers, DataScope.Everybody, OrganisationCalendar.Utc, database.Time, ContractTests.Token);

    private static Scope Everything(TestDatabase database) => new(UsageFilter.Default(OrganisationCalendar.Utc.DateOf(database.Time.GetUtcNow())), null, null);
}
