using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Receiver.Quota.Store;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the readers of accounts and their history, and the folding of old readings, promise.</summary>
[Collection<ContractTests>]
public sealed class QuotaReadContractTests
{
    private const long Hour = 3_600_000;

    [Theory, EachDatabase]
    public async Task Accounts_AreInTheOrderOfTheirIds_WithPollsAndAddresses(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var amara = await database.UserAsync("amara@example.org");
        var polled = await database.QuotaAccountAsync("b", label: "seat", email: "seat@example.org");
        var owned = await database.QuotaAccountAsync("a", amara);
        var foreign = await database.QuotaAccountAsync("c", amara + 1);
        var now = database.Time.GetUtcNow();
        await database.WriteAsync(session => PolledAccountStore.SavePoll(session, polled,
            new PollState(now, now.AddHours(-1), 2, PollFailure.TimedOut, now.AddMinutes(-9), now.AddMinutes(1), []), now.AddMinutes(3)));

        var accounts = await database.ListAsync(QuotaReadSql.Accounts, AccountRow.Read, ("limit", 9));

        Assert.Equal(
            [
                (polled, "b", 0L, "oauth", "seat", "seat@example.org",
                    (database.Now + 180_000, database.Now - Hour, 2L, "TimedOut", database.Now - 540_000, database.Now + 60_001)),
                (owned, "a", amara, "statusline", "", "amara@example.org", default),
                (foreign, "c", amara + 1, "statusline", "", "", default((long?, long?, long?, string?, long?, long?))),
            ],
            accounts.Select(row => (row.AccountId, row.AccountKey, row.Owner, row.Source, row.Label, row.Email,
                (row.NextAt, row.LastSuccessAt, row.Failures, row.Failure, row.FailedSince, row.RetryAt))));
        Assert.Equal([polled, owned], (await database.ListAsync(QuotaReadSql.Accounts, AccountRow.Read, ("limit", 2))).Select(row => row.AccountId));
    }

    [Theory, EachDatabase]
    public async Task Page_ShowsAccountsWithWindows_TheGeneralLimitsFirst(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.QuotaAccountAsync("a", label: "seat");
        await database.QuotaAccountAsync("without windows");
        var now = database.Time.GetUtcNow();
        foreach (var window in (string[])["extra_usage", "seven_day", "Another", "five_hour"])
        {
            await database.PolledAsync(account, window, 5_000, now.AddHours(1));
        }

        var page = await database.Store<QuotaQuery>().ReadAsync(new QuotaAudience(DataScope.Everybody, WithEmails: true), ContractTests.Token);

        var card = Assert.Single(page.Accounts);
        Assert.Equal((account, "seat", now), (card.AccountId, card.Name, card.ObservedAt));
        Assert.Equal(["five_hour", "seven_day", "Another", "extra_usage"], card.Windows.Select(window => window.Name));
    }

    [Theory, EachDatabase]
    public async Task ValueBefore_IsTheLastReadingUntilTheInstant(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.QuotaAccountAsync("a");
        var now = database.Time.GetUtcNow();
        await database.PolledAsync(account, "five_hour", 1, null, now.AddMinutes(-2));
        await database.PolledAsync(account, "five_hour", 2, null, now.AddMinutes(-1));
        var window = await database.QuotaWindowAsync(account, "five_hour");

        foreach (var (at, expected) in new[] { (0, (long?)2), (-60_000, 2), (-60_001, 1), (-120_001, null) })
        {
            var found = await database.ListAsync(QuotaReadSql.ValueBefore, rows => (long?)rows.Int64(1), ("window", window), ("at", database.Now + at));
            Assert.Equal(expected, found.SingleOrDefault());
        }
    }

    [Theory, EachDatabase]
    public async Task History_KeepsTheLowestTheHighestAndTheLastOfEachBucket(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.QuotaAccountAsync("a");
        var now = database.Time.GetUtcNow();
        foreach (var (minute, used) in new[] { (0, 20_000L), (10, 50_000L), (20, 10_000L), (30, 50_000L), (59, 30_000L), (60, 5_000L), (120, 1_000_000L) })
        {
            await database.PolledAsync(account, "seven_day", used, now.AddDays(1).AddMinutes(minute), now.AddMinutes(minute - 180));
        }

        await database.PolledAsync(await database.QuotaAccountAsync("another"), "seven_day", 1, null, now.AddMinutes(-170));

        var history = await BucketsAsync(-180, -60, account);
        var number = (database.Now / Hour) - 3;

        var window = Assert.Single(history[account]);
        Assert.Equal("seven_day", window.Window);
        Assert.Equal(
            [
                new HistoryBucket(number, 5, At(0), Point(20, 10), Point(30, 50), Point(59, 30), now.AddDays(1).AddMinutes(59)),
                new HistoryBucket(number + 1, 1, At(60), Point(60, 5), Point(60, 5), Point(60, 5), now.AddDays(1).AddMinutes(60)),
            ],
            window.Buckets);
        Assert.Equal(new HistoryBucket(number + 2, 1, At(120), Point(120, 1000), Point(120, 1000), Point(120, 1000), now.AddDays(1).AddMinutes(120)),
            (await BucketsAsync(-60, 0, account))[account].Single().Buckets.Single());
        Assert.Empty((await BucketsAsync(-180, -60))[account]);

        Task<ILookup<QuotaAccountId, WindowHistory>> BucketsAsync(int from, int to, params QuotaAccountId[] accounts) =>
            database.Store<HistoryQuery>().BucketsAsync(accounts, now.AddMinutes(from), now.AddMinutes(to), TimeSpan.FromHours(1), DataScope.Everybody, ContractTests.Token);

        DateTimeOffset At(int minute) => now.AddMinutes(minute - 180);

        HistoryPoint Point(int minute, double percent) => new(At(minute), percent);
    }

    [Theory, EachDatabase]
    public async Task History_WindowsAreOrderedAsOnPages(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.QuotaAccountAsync("a");
        foreach (var window in (string[])["b", "A", "seven_day", "five_hour"])
        {
            await database.PolledAsync(account, window, 5_000);
        }

        Assert.Equal(
            [("five_hour", 5.0), ("seven_day", 5.0), ("A", 5.0), ("b", 5.0)],
            (await database.Store<HistoryQuery>().ReadAsync(account, TimeSpan.FromHours(1), DataScope.Everybody, ContractTests.Token)).Select(series => (series.Window,
                series.Points.Single().UsedPercent)));
    }

    [Theory, EachDatabase]
    public async Task Readings_AreTheNewestFirst_OfAllOrOneAccount(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        var amara = await database.UserAsync("amara@example.org");
        var (own, polled) = (await database.QuotaAccountAsync("a", amara), await database.QuotaAccountAsync("b", label: "seat"));
        await database.PolledAsync(own, "five_hour", 1_500, now.AddHours(1), now.AddMinutes(-1));
        await database.PolledAsync(polled, "seven_day", 2_000, null, now);
        await database.PolledAsync(polled, "seven_day", 2_000, null, now.AddMinutes(-60));
        await database.PolledAsync(polled, "seven_day", 3_000, null, now.AddMinutes(-60).AddMilliseconds(1));
        var history = database.Store<HistoryQuery>();

        var all = await history.ReadingsAsync(null, TimeSpan.FromHours(1), new QuotaAudience(DataScope.Everybody, WithEmails: true), ContractTests.Token);

        Assert.Equal(
            [
                new ReadingReply(polled.Value, "seat", null, "seven_day", 2, null, now, "oauth"),
                new ReadingReply(own.Value, "amara@example.org", "amara@example.org", "five_hour", 1.5, now.AddHours(1), now.AddMinutes(-1), "oauth"),
                new ReadingReply(polled.Value, "seat", null, "seven_day", 3, null, now.AddMinutes(-60).AddMilliseconds(1), "oauth"),
            ],
            all);
        Assert.Equal([own.Value], (await history.ReadingsAsync(own, TimeSpan.FromHours(1), new QuotaAudience(DataScope.Everybody, WithEmails: false), ContractTests.Token)).Select(reading => reading.Account));
    }

    [Theory, EachDatabase]
    public async Task Fold_OldReadings_KeepsEachHoursLargestAndLast(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        var account = await database.QuotaAccountAsync("a");
        var (day, hour) = (now.AddDays(-1), (database.Now / Hour) - 24);
        // The hour that contains the limit is whole only later.
        database.Time.Advance(TimeSpan.FromMinutes(30));
        await database.PolledAsync(account, "five_hour", 10_000, day.AddHours(1), day.AddMinutes(-60));
        await database.PolledAsync(account, "five_hour", 30_000, day.AddHours(1), day.AddMinutes(-30));
        await database.PolledAsync(account, "five_hour", 20_000, day.AddHours(2), day.AddMilliseconds(-1));
        await database.PolledAsync(account, "five_hour", 40_000, null, day);
        await database.PolledAsync(account, "seven_day", 50_000, null, day.AddHours(-5));
        await database.PolledAsync(account, "extra_usage", 60_000, null, now);
        var retention = database.Make<Retention>(new QuotaOptions { DetailDays = 1 });

        await retention.FoldAsync(ContractTests.Token);

        Assert.Equal(
            [("five_hour", hour - 1, 30_000L, 20_000L, day.ToUnixTimeMilliseconds() - 1, day.AddHours(2).ToUnixTimeMilliseconds(), 3L),
                ("seven_day", hour - 5, 50_000L, 50_000L, day.AddHours(-5).ToUnixTimeMilliseconds(), (long?)null, 1L)],
            await HoursAsync());
        Assert.Equal([40_000L, 60_000L], await database.ListAsync("SELECT used_milli FROM quota_readings ORDER BY used_milli", rows => rows.Int64(0)));

        // What arrives late is added to its hour.
        await database.PolledAsync(account, "five_hour", 35_000, day.AddHours(9), day.AddMinutes(-20));
        await database.PolledAsync(account, "seven_day", 5_000, day.AddHours(9), day.AddHours(-5).AddMinutes(1));
        await retention.FoldAsync(ContractTests.Token);
        Assert.Equal(
            [("five_hour", hour - 1, 35_000L, 20_000L, day.ToUnixTimeMilliseconds() - 1, day.AddHours(2).ToUnixTimeMilliseconds(), 4L),
                ("seven_day", hour - 5, 50_000L, 5_000L, day.AddHours(-5).AddMinutes(1).ToUnixTimeMilliseconds(), (long?)day.AddHours(9).ToUnixTimeMilliseconds(), 2L)],
            await HoursAsync());

        // Charts show what was folded.
        var buckets = (await database.Store<HistoryQuery>().BucketsAsync([account], day.AddHours(-1), day, TimeSpan.FromHours(1), DataScope.Everybody, ContractTests.Token))[account].First().Buckets;
        Assert.Equal((4L, 35.0, 20.0), (buckets.Single().Readings, buckets.Single().Highest.UsedPercent, buckets.Single().Last.UsedPercent));

        Task<List<(string, long, long, long, long, long?, long)>> HoursAsync() => database.ListAsync(
            """
            SELECT w.name, h.hour, h.max_milli, h.last_milli, h.last_at, h.resets_at, h.readings
            FROM quota_hours h JOIN quota_windows w ON w.window_id = h.window_id ORDER BY w.name, h.hour
            """,
            rows => (rows.Text(0), rows.Int64(1), rows.Int64(2), rows.Int64(3), rows.Int64(4), rows.Int64OrNull(5), rows.Int64(6)));
    }

    [Theory, EachDatabase]
    public async Task Fold_OldAlerts_DeletesThemWithTheirDeliveries(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var limit = database.Now - (90 * 24 * Hour);
        foreach (var (at, message) in new[] { (limit - 1, "old"), (limit, "kept") })
        {
            var alert = await database.InsertAsync(
                """INSERT INTO quota_alerts (account_id, "window", kind, used_milli, created_at, message) VALUES (0, '', 'notice', 0, @at, @message) RETURNING alert_id""",
                ("at", at), ("message", message));
            await database.ExecuteAsync("INSERT INTO quota_deliveries (alert_id, channel, state, attempts, next_at) VALUES (@alert, 'slack', 'waiting', 0, 1)", ("alert", alert));
        }

        await database.Make<Retention>(new QuotaOptions()).FoldAsync(ContractTests.Token);

        Assert.Equal(["kept"], await database.ListAsync("SELECT a.message FROM quota_alerts a JOIN quota_deliveries d ON d.alert_id = a.alert_id", rows => rows.Text(0)));
        Assert.Equal(1, await database.ScalarAsync("SELECT count(*) FROM quota_deliveries"));
    }

    [Theory, EachDatabase]
    public async Task PollInterval_ThatWasSaved_TakesPrecedence(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.WriteAsync(session => PollInterval.Save(session, 120));
        await database.WriteAsync(session => PollInterval.Save(session, 300));
        var interval = database.Store<PollInterval>();
        Assert.Equal(TimeSpan.FromSeconds(60), interval.Current);

        await interval.LoadAsync(ContractTests.Token);

        Assert.Equal(TimeSpan.FromSeconds(300), interval.Current);
        Assert.Equal([("poll_interval", "300")], await database.ListAsync("SELECT name, value FROM quota_settings", rows => (rows.Text(0), rows.Text(1))));
    }

    [Theory, EachDatabase]
    public async Task SelectUser_FindsAUserByItsExactAddress(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("zoë@example.org");

        Assert.Equal(user, await database.ScalarAsync(QuotaSql.SelectUser, ("email", "zoë@example.org")));
        Assert.Null(await database.ScalarAsync(QuotaSql.SelectUser, ("email", "Zoë@example.org")));
    }
}
