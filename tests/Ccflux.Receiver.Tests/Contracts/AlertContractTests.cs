using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the stores of alerts promise: rules, what was sent about a window, the queue and its deliveries.</summary>
[Collection<ContractTests>]
public sealed class AlertContractTests
{

    private static readonly (string, string?)[] s_channels =
        [("ALERT_WEBHOOK_URL", "https://alerts.example.org/hook"), ("ALERT_SLACK_URL", "https://slack.example.org/hook"), ("ALERT_THRESHOLDS", "80,95"), ("ALERT_FORECAST", "0")];

    [Theory, EachDatabase]
    public async Task Rules_AreReadByName_ByCodePoint_WithTheNameThatPeopleKnow(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var rules = database.Store<AlertRuleStore>();
        var user = await database.UserAsync("owner@example.org");
        var accounts = new[]
        {
            await database.QuotaAccountAsync("1", label: "b"), await database.QuotaAccountAsync("2", email: "B@example.org"), await database.QuotaAccountAsync("3", user),
            await database.QuotaAccountAsync("4", label: "a"), await database.QuotaAccountAsync("5", label: "ä"), await database.QuotaAccountAsync("6", user + 1),
        };
        Assert.Equal(
            ["B@example.org", "a", $"account {accounts[5]}", "b", "owner@example.org", "ä"],
            (await rules.WithoutAsync(DataScope.Everybody, ContractTests.Token)).Select(rule => rule.Account));

        Assert.Equal(RuleOutcome.Done, await rules.SaveAsync(accounts[0], [50_000, 100_000], true, Given.Admin));
        Assert.Equal(RuleOutcome.Done, await rules.SaveAsync(accounts[1], [], false, Given.Admin));
        Assert.Equal(RuleOutcome.Done, await rules.SaveAsync(accounts[1], [95_000], true, Given.Admin));
        Assert.Equal(RuleOutcome.NotThere, await rules.SaveAsync(new QuotaAccountId(accounts[5].Value + 1), [], true, Given.Admin));

        Assert.Equal(
            [(accounts[1], "B@example.org", "95", true), (accounts[0], "b", "50,100", true)],
            (await rules.ReadAsync(DataScope.Everybody, ContractTests.Token)).Select(rule => (rule.AccountId, rule.Account, rule.Thresholds, rule.Forecast)));
        Assert.Equal(4, (await rules.WithoutAsync(DataScope.Everybody, ContractTests.Token)).Count);

        Assert.Equal(RuleOutcome.Done, await rules.RemoveAsync(accounts[1], Given.Admin));
        Assert.Equal(RuleOutcome.NotThere, await rules.RemoveAsync(accounts[1], Given.Admin));
        Assert.Equal([accounts[0]], (await rules.ReadAsync(DataScope.Everybody, ContractTests.Token)).Select(rule => rule.AccountId));
    }

    [Theory, EachDatabase]
    public async Task Readings_ThatReachAThreshold_AreAnAlertOnEachChannel_Once(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind, settings: s_channels);
        var now = database.Time.GetUtcNow();
        var account = await database.QuotaAccountAsync("a", label: "seat");
        var watch = database.Store<AlertWatch>();
        await database.PolledAsync(account, "five_hour", 81_000, now.AddHours(2));
        await watch.ReadingsStoredAsync(account);
        await watch.ReadingsStoredAsync(account);

        var due = await DueAsync(database);

        Assert.Equal(["slack", "webhook"], due.Select(row => row.Channel).Order(StringComparer.Ordinal));
        Assert.All(due, row => Assert.Equal(
            ("waiting", 0L, database.Now, null, null, "five_hour", "threshold", (81_000L, (long?)80_000L, (long?)database.Now + 7_200_000), "seat", database.Now),
            (row.State, row.Attempts, row.NextAt, row.Error, row.DeliveredAt, row.Window, row.Kind, (row.UsedMilli, row.ThresholdMilli, row.ResetsAt), row.Account,
                row.CreatedAt)));
        Assert.Equal(
            [(80_000L, 0L, (long?)database.Now + 7_200_000)],
            await database.ListAsync("SELECT threshold_milli, forecast_told, resets_at FROM quota_alert_states", rows => (rows.Int64(0), rows.Int64(1), rows.Int64OrNull(2))));

        // The account's own rule takes precedence, and the state follows.
        await database.Store<AlertRuleStore>().SaveAsync(account, [90_000], false, Given.Admin);
        await database.PolledAsync(account, "five_hour", 96_000, null, now.AddMinutes(1));
        await watch.ReadingsStoredAsync(account);
        Assert.Equal([80_000L, 90_000L], await database.ListAsync("SELECT threshold_milli FROM quota_alerts ORDER BY alert_id", rows => rows.Int64(0)));
        Assert.Equal(
            [(90_000L, 0L, (long?)null)],
            await database.ListAsync("SELECT threshold_milli, forecast_told, resets_at FROM quota_alert_states", rows => (rows.Int64(0), rows.Int64(1), rows.Int64OrNull(2))));
    }

    [Theory, EachDatabase]
    public async Task Alerts_BeyondTheLimitOfASource_AreCountedInOneDigest(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind, settings: s_channels);
        var now = database.Time.GetUtcNow();
        var (first, second) = (await database.QuotaAccountAsync("1", owner: 7), await database.QuotaAccountAsync("2", owner: 7));
        foreach (var account in (QuotaAccountId[])[first, second])
        {
            await database.ReadingsAsync(account, QuotaSource.OAuth,
                [.. Enumerable.Range(0, 15).Select(number => new Reading($"w{number}", 90_000 + (number * 100), now.AddHours(2), now))]);
            await database.Store<AlertWatch>().ReadingsStoredAsync(account);
        }

        var polled = await database.QuotaAccountAsync("3");
        await database.PolledAsync(polled, "five_hour", 99_000);
        await database.Store<AlertWatch>().ReadingsStoredAsync(polled);

        Assert.Equal(
            [("digest", 1L), ("threshold", (long)AlertQueue.MaxPerSpan + 1)],
            await database.ListAsync("SELECT kind, count(*) FROM quota_alerts GROUP BY kind ORDER BY kind", rows => (rows.Text(0), rows.Int64(1))));
        Assert.Equal(
            [(second.Value, "w14", 91_400L, 10L)],
            await database.ListAsync("""SELECT account_id, "window", used_milli, held FROM quota_alerts WHERE kind = 'digest'""",
                rows => (rows.Int64(0), rows.Text(1), rows.Int64(2), rows.Int64(3))));
    }

    [Theory, EachDatabase]
    public async Task AddToDigest_KeepsTheWindowOfTheLargestFigure(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var digest = await AlertAsync(database, new QuotaAccountId(1), "digest", used: 50);
        foreach (var (window, used) in new[] { ("less", 40), ("more", 60), ("as much", 60) })
        {
            await database.ExecuteAsync(AlertSql.AddToDigest, ("window_name", window), ("used_milli", used), ("alert", digest));
        }

        Assert.Equal([("more", 60L, 3L)],
            await database.ListAsync("""SELECT "window", used_milli, held FROM quota_alerts""", rows => (rows.Text(0), rows.Int64(1), rows.Int64(2))));
    }

    [Theory, EachDatabase]
    public async Task CountOfSource_CountsAllAccountsOfAUser_AndOnePolledAccount(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (one, two, polled, other) = (await database.QuotaAccountAsync("1", 7), await database.QuotaAccountAsync("2", 7), await database.QuotaAccountAsync("3"),
            await database.QuotaAccountAsync("4"));
        foreach (var (account, kindOfAlert, at) in new[]
        {
            (one, "threshold", 11), (two, "forecast", 12), (two, "digest", 13), (one, "digest", 14), (one, "threshold", 10), (polled, "threshold", 11),
            (other, "forecast", 11), (other, "digest", 10),
        })
        {
            await AlertAsync(database, account, kindOfAlert, at: at);
        }

        Assert.Equal([2, 2, 1, 1], new[] { await CountAsync(7, one), await CountAsync(7, two), await CountAsync(0, polled), await CountAsync(0, other) });
        Assert.Equal(14, await database.ScalarAsync("SELECT created_at FROM quota_alerts WHERE alert_id = @alert", ("alert", await DigestAsync(7, two))));
        Assert.Null(await DigestAsync(0, other));

        Task<long?> CountAsync(long owner, QuotaAccountId account) => database.ScalarAsync(AlertSql.CountOfSource, ("owner", owner), ("account", account.Value), ("since", 10));

        Task<long?> DigestAsync(long owner, QuotaAccountId account) => database.ScalarAsync(AlertSql.SelectDigest, ("owner", owner), ("account", account.Value), ("since", 10));
    }

    [Theory, EachDatabase]
    public async Task Due_ReturnsPolledAccountsFirst_ThenTheOldestOfEachUser_AtMostTheLimit(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var (a, b, polled) = (await database.QuotaAccountAsync("a", amara), await database.QuotaAccountAsync("b", ben), await database.QuotaAccountAsync("p", label: "seat"));
        foreach (var (account, next) in new[] { (a, 1), (a, 2), (a, 3), (b, 5), (b, 6), (polled, 9), (polled, 10), (default, 8), (polled, 11) })
        {
            await DeliverAsync(database, await AlertAsync(database, account, account == default ? "notice" : "threshold"), "slack", next);
        }

        await DeliverAsync(database, await AlertAsync(database, a, "threshold"), "webhook", 4);
        await DeliverAsync(database, await AlertAsync(database, a, "threshold"), "slack", 0, "delivered");

        Assert.Equal(
            ["slack 8 ", "slack 9 seat", "slack 10 seat", "slack 1 amara@example.org", "webhook 4 amara@example.org", "slack 5 ben@example.org",
                "slack 2 amara@example.org", "slack 6 ben@example.org", "slack 3 amara@example.org"],
            Lines(await DueAsync(database, now: 10)));
        Assert.Equal(["slack 8 ", "slack 9 seat"], Lines(await DueAsync(database, now: 10, limit: 2)));
        Assert.Empty(await DueAsync(database, now: -1));

        static IEnumerable<string> Lines(IEnumerable<AlertRow> rows) => rows.Select(row => $"{row.Channel} {row.NextAt} {row.Account}");
    }

    [Theory, EachDatabase]
    public async Task Recent_ReturnsTheNewestAlertsByChannel(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (first, second) = (await AlertAsync(database, new QuotaAccountId(77), "threshold"), await AlertAsync(database, new QuotaAccountId(0), "test"));
        foreach (var channel in (string[])["webhook", "slack", "telegram"])
        {
            await DeliverAsync(database, first, channel, 1);
            await DeliverAsync(database, second, channel, 2, "failed");
        }

        var recent = await database.Store<AlertDelivery>().RecentAsync(4, DataScope.Everybody, ContractTests.Token);

        Assert.Equal(
            [(second, "slack", "failed", "account 0"), (second, "telegram", "failed", "account 0"), (second, "webhook", "failed", "account 0"),
                (first, "slack", "waiting", "account 77")],
            recent.Select(row => (row.AlertId, row.Channel, row.State, row.Account)));
    }

    [Theory, EachDatabase]
    public async Task UpdateDelivery_ChangesOneChannelOfOneAlert_IfItIsStillAsItWasRead(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var alert = await AlertAsync(database, new QuotaAccountId(1), "threshold");
        await DeliverAsync(database, alert, "slack", 1);
        await DeliverAsync(database, alert, "webhook", 1);

        Assert.Equal(1, await UpdateAsync("waiting", attempts: 1, nextAt: 6, knownAttempts: 0, knownNextAt: 1));
        Assert.Equal(0, await UpdateAsync("waiting", attempts: 1, nextAt: 7, knownAttempts: 0, knownNextAt: 6));
        Assert.Equal(0, await UpdateAsync("waiting", attempts: 2, nextAt: 7, knownAttempts: 1, knownNextAt: 1));
        Assert.Equal(1, await UpdateAsync("failed", attempts: 2, nextAt: 8, knownAttempts: 1, knownNextAt: 6));
        Assert.Equal(0, await UpdateAsync("waiting", attempts: 3, nextAt: 9, knownAttempts: 2, knownNextAt: 8));

        Assert.Equal(
            [("slack", "failed", 2L, 8L, "no answer: „kein Anschluß“"), ("webhook", "waiting", 0L, 1L, (string?)null)],
            (await database.Store<AlertDelivery>().RecentAsync(9, DataScope.Everybody, ContractTests.Token)).Select(row => (row.Channel, row.State, row.Attempts, row.NextAt, row.Error)));

        Task<int> UpdateAsync(string state, int attempts, int nextAt, int knownAttempts, int knownNextAt) => database.ExecuteAsync(
            AlertSql.UpdateDelivery,
            ("state", state), ("attempts", attempts), ("next_at", nextAt), ("error", "no answer: „kein Anschluß“"), ("delivered_at", SqlValue.Null), ("alert", alert),
            ("channel", "slack"), ("known_attempts", knownAttempts), ("known_next_at", knownNextAt));
    }

    [Theory, EachDatabase]
    public async Task Queue_KnowsWhatWaits_AndWhatOfItUsersReported(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (owned, polled) = (await database.QuotaAccountAsync("1", owner: 7), await database.QuotaAccountAsync("2"));
        foreach (var (account, channel, state) in new[]
        {
            (owned, "slack", "waiting"), (owned, "webhook", "waiting"), (owned, "slack", "delivered"), (owned, "slack", "failed"), (polled, "slack", "waiting"),
            (default, "slack", "waiting"),
        })
        {
            await DeliverAsync(database, await AlertAsync(database, account, "threshold"), channel, 1, state);
        }

        var facts = await database.WriteAsync(session => AlertQueueFacts.Load(session, owned, owner: 7, database.Time.GetUtcNow()));

        Assert.Equal((4L, 2L), (facts.Waiting, facts.ReportedWaiting));
    }

    [Theory, EachDatabase]
    public async Task Notification_IsAnAlertWithATextOfItsOwn(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind, settings: s_channels);
        await database.WriteAsync(session => database.Store<Notifications>().Write(session, "Größe 🦊"));
        await database.Store<AlertWatch>().TestAsync(Given.Admin);

        var due = await DueAsync(database);

        Assert.Equal([("notice", "", "Größe 🦊"), ("notice", "", "Größe 🦊"), ("test", "account 0", null), ("test", "account 0", (string?)null)],
            due.Select(row => (row.Kind, row.Account, row.Message)).OrderBy(row => row.Kind, StringComparer.Ordinal));
    }

    private static Task<long> AlertAsync(TestDatabase database, QuotaAccountId account, string kind, long used = 1, long at = 1) => database.InsertAsync(
        AlertSql.InsertAlert,
        ("account", account.Value), ("window_name", "five_hour"), ("kind", kind), ("used_milli", used), ("threshold_milli", SqlValue.Null), ("resets_at", SqlValue.Null),
        ("earliest_at", SqlValue.Null), ("latest_at", SqlValue.Null), ("now", at), ("held", 0));

    private static async Task DeliverAsync(TestDatabase database, long alert, string channel, long next, string state = "waiting")
    {
        await database.ExecuteAsync(AlertSql.InsertDelivery, ("alert", alert), ("channel", channel), ("next_at", next));
        await database.ExecuteAsync("UPDATE quota_deliveries SET state = @state WHERE alert_id = @alert AND channel = @channel", ("state", state), ("alert", alert),
            ("channel", channel));
    }

    private static Task<List<AlertRow>> DueAsync(TestDatabase database, long? now = null, int limit = 100) =>
        database.ListAsync(AlertSql.Due, AlertRow.Read, ("now", now ?? database.Now), ("limit", limit));
}
