using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Ingest;
using Ccflux.Receiver.Quota.Store;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the stores of accounts and of their readings promise.</summary>
[Collection<ContractTests>]
public sealed class QuotaReadingContractTests
{
    [Theory, EachDatabase]
    public async Task Insert_TheSameReadingTwice_KeepsOne(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.QuotaAccountAsync("a");
        var now = database.Time.GetUtcNow();

        Assert.Equal(1, await database.PolledAsync(account, "five_hour", 12_345, now.AddHours(2)));
        Assert.Equal(0, await database.PolledAsync(account, "five_hour", 99_000, now.AddHours(3)));

        Assert.Equal([(database.Now, 12_345L, (long?)database.Now + 7_200_000, "oauth")], await ReadingsAsync(database));
        Assert.Equal([("five_hour", 12_345L, (long?)database.Now + 7_200_000, database.Now, "oauth", (long?)null)], await WindowsAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Insert_ReadingsInAnyOrder_TheWindowShowsTheNewest(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.QuotaAccountAsync("a");
        var now = database.Time.GetUtcNow();
        await database.PolledAsync(account, "seven_day", 20_000, null, now);
        await database.PolledAsync(account, "seven_day", 10_000, now.AddDays(1), now.AddMinutes(-5));
        await database.ReadingsAsync(account, QuotaSource.ClaudeAi, new Reading("seven_day", 30_000, now.AddDays(2), now.AddMinutes(5)));

        Assert.Equal([10_000, 20_000, 30_000], (await ReadingsAsync(database)).Select(reading => reading.UsedMilli));
        Assert.Equal([("seven_day", 30_000L, (long?)database.Now + (2 * 86_400_000), database.Now + 300_000, "claude_ai", (long?)null)], await WindowsAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Insert_FigureThatFallsBeforeItsReset_StartsTheWindowAgain(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.QuotaAccountAsync("a");
        var now = database.Time.GetUtcNow();
        var reset = now.AddHours(3);
        await database.PolledAsync(account, "five_hour", 60_000, reset, now);
        var window = await database.QuotaWindowAsync(account, "five_hour");
        await database.ExecuteAsync("INSERT INTO quota_alert_states (window_id, threshold_milli, forecast_told, resets_at) VALUES (@window, 0, 1, NULL)", ("window", window));

        await database.PolledAsync(account, "five_hour", 55_001, reset, now.AddMinutes(1));
        Assert.Equal((null, 1), await StateAsync());

        await database.PolledAsync(account, "five_hour", 50_001, reset.AddSeconds(30), now.AddMinutes(2));
        Assert.Equal((database.Now + 120_000, 0), await StateAsync());

        // The start stays for as long as it is the same window.
        await database.PolledAsync(account, "five_hour", 51_000, reset, now.AddMinutes(3));
        Assert.Equal((database.Now + 120_000, 0), await StateAsync());
        await database.PolledAsync(account, "five_hour", 0, reset.AddHours(5), now.AddHours(4));
        Assert.Equal((null, 0), await StateAsync());

        async Task<(long?, long?)> StateAsync() =>
            (await database.ScalarAsync("SELECT started_at FROM quota_windows"), await database.ScalarAsync("SELECT forecast_told FROM quota_alert_states"));
    }

    [Theory, EachDatabase]
    public async Task Insert_RepetitionsOfAStatusLine_AreNoNews(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.QuotaAccountAsync("a", owner: 7);
        var now = database.Time.GetUtcNow();
        var reset = now.AddHours(3);
        foreach (var (minute, used, expected) in new[]
        {
            (0, 10, 1), (1, 10, 0), (10, 20, 1), (12, 10, 0), (13, 18, 0), (14, 22, 1), (20, 40, 1), (21, 20, 0), (22, 34, 1),
            // These arrive late.
            (5, 15, 1), (6, 12, 0), (7, 10, 0),
        })
        {
            var reading = new Reading("five_hour", used * 1000L, reset.AddSeconds(minute), now.AddMinutes(minute));
            Assert.Equal((minute, expected), (minute, await database.ReadingsAsync(account, QuotaSource.StatusLine, reading)));
        }
    }

    [Theory, EachDatabase]
    public async Task Insert_MoreWindowsThanAnAccountMayHave_DropsAllButTheGeneralOnes(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var account = await database.QuotaAccountAsync("a");
        var now = database.Time.GetUtcNow();
        await database.ReadingsAsync(account, QuotaSource.OAuth,
            [.. Enumerable.Range(0, ReadingLimits.MaxWindows).Select(number => new Reading($"window_{number}", 1, null, now))]);

        Assert.Equal(
            3,
            await database.ReadingsAsync(
                account, QuotaSource.OAuth, new Reading("another", 1, null, now), new Reading("seven_day", 1, null, now), new Reading("five_hour", 1, null, now),
                new Reading("window_0", 1, null, now.AddMinutes(1))));

        Assert.Equal(ReadingLimits.MaxWindows + 2, await database.ScalarAsync("SELECT count(*) FROM quota_windows"));
    }

    [Theory, EachDatabase]
    public async Task Upsert_KnownAccount_UpdatesItsAddressAndLabel_AndNeverEmptiesTheLabel(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);

        var account = await database.QuotaAccountAsync("ä", label: "seat 1", email: "one@example.org");
        Assert.Equal(account, await database.QuotaAccountAsync("ä", source: "claude_ai", email: "two@example.org"));
        var other = await database.QuotaAccountAsync("Ä");
        var owned = await database.QuotaAccountAsync("ä", owner: 7);

        Assert.Equal(
            [(account, "ä", 0L, "claude_ai", "seat 1", "two@example.org"), (other, "Ä", 0L, "oauth", "", ""), (owned, "ä", 7L, "statusline", "", "")],
            await database.ListAsync(
                "SELECT account_id, account_key, owner, source, label, email FROM quota_accounts ORDER BY account_id",
                rows => (new QuotaAccountId(rows.Int64(0)), rows.Text(1), rows.Int64(2), rows.Text(3), rows.Text(4), rows.Text(5))));
    }

    [Theory, EachDatabase]
    public async Task Upsert_AccountWithoutItsOrganization_BecomesTheFirstThatIsNamed(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var owner in (long[])[AccountIdentity.Polled, 7])
        {
            var account = await database.QuotaAccountAsync("id", owner);
            await database.QuotaAccountAsync("id-2", owner);
            await database.QuotaAccountAsync("id;", owner);

            Assert.Equal(account, await database.QuotaAccountAsync("id:org-1", owner));
            var second = await database.QuotaAccountAsync("id:ORG-2", owner);

            Assert.NotEqual(account, second);
            Assert.Equal(
                ["id-2", "id:ORG-2", "id:org-1", "id;"],
                (await database.ListAsync("SELECT account_key FROM quota_accounts WHERE owner = @owner", rows => rows.Text(0), ("owner", owner))).Order(StringComparer.Ordinal));
        }
    }

    [Theory, EachDatabase]
    public async Task Upsert_UsersReadingWithoutAnOrganization_BelongsToTheOnlyKnownOne(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var only = await database.QuotaAccountAsync("id:org", owner: 7);
        await database.QuotaAccountAsync("id-2:org", owner: 7);
        await database.QuotaAccountAsync("id:org", owner: 8);

        Assert.Equal(only, await database.QuotaAccountAsync("id", owner: 7));
        // A poll knows which account it asks about.
        Assert.NotEqual(await database.QuotaAccountAsync("polled:org"), await database.QuotaAccountAsync("polled"));

        await database.QuotaAccountAsync("id:another", owner: 7);
        var own = await database.QuotaAccountAsync("id", owner: 7);
        Assert.NotEqual(only, own);
        Assert.Equal(own, await database.QuotaAccountAsync("id", owner: 7));
    }

    [Theory, EachDatabase]
    public async Task Open_AnAccount_ReturnsTheStateOfPollingThatWasSaved(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        var store = database.Store<PolledAccountStore>();
        var identity = new AccountIdentity("id", AccountIdentity.Polled, QuotaSource.OAuth, "seat", "");
        var opened = (await store.OpenAsync(identity, isAlone: true, now))!;
        Assert.Equal((PollState.New with { Recent = opened.State.Recent }, null, 0), (opened.State, opened.NextAt, opened.Resets.Count));

        var state = new PollState(now.AddMinutes(-1), now.AddHours(-1), 3, PollFailure.RateLimited, now.AddMinutes(-9), now.AddMinutes(5),
            [now.AddMinutes(-2), now.AddMinutes(-1)], "mark");
        await database.WriteAsync(new PollWrite(
            opened.AccountId, QuotaSource.OAuth, [new Reading("five_hour", 1, now.AddHours(2), now), new Reading("seven_day", 1, null, now)], state, now.AddMinutes(3)));
        var known = (await store.OpenAsync(identity, isAlone: false, now))!;

        var after = TimeSpan.FromMilliseconds(1);
        Assert.Equal((opened.AccountId, (DateTimeOffset?)now.AddMinutes(3)), (known.AccountId, known.NextAt));
        Assert.Equal([now.AddMinutes(-2) + after, now.AddMinutes(-1) + after], known.State.Recent);
        Assert.Equal(state with { LastAttempt = state.LastAttempt + after, RetryAt = state.RetryAt + after, Recent = known.State.Recent }, known.State);
        Assert.Equal([now.AddHours(2)], known.Resets);

        await database.WriteAsync(session => PolledAccountStore.SavePoll(session, known.AccountId, PollState.New, now));
        Assert.Equal(PollState.New, (await store.OpenAsync(identity, isAlone: true, now))!.State with { Recent = PollState.New.Recent });
    }

    [Theory, EachDatabase]
    public async Task Intake_StatusLines_StoresEachAccountOfItsUser_UpToTheLimit(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        var intake = database.Store<ReadingIntake>();

        var stored = await intake.StoreAsync(7,
            [.. Enumerable.Range(0, ReadingIntake.MaxAccounts).Select(number => Reported($"account {number}", 10)), Reported("account 0", 20)]);
        Assert.Equal((ReadingIntake.MaxAccounts, ReadingIntake.MaxAccounts, false), (stored.Value.Accepted, stored.Value.AccountIds.Count, stored.Value.TooManyAccounts));

        Assert.True((await intake.StoreAsync(7, [Reported("account 1", 30), Reported("one too many", 1)])).Value.TooManyAccounts);
        Assert.False((await intake.StoreAsync(8, [Reported("one too many", 1)])).Value.TooManyAccounts);
        Assert.Equal(ReadingIntake.MaxAccounts, await database.ScalarAsync(QuotaSql.CountAccountsOfOwner, ("owner", 7)));

        ReportedReading Reported(string account, double used) => new()
        {
            Account = account,
            Window = "five_hour",
            UsedPercentage = used,
            ObservedAt = now,
            ResetsAt = now.AddHours(1),
        };
    }

    [Theory, EachDatabase]
    public async Task Intake_LimitHits_BelongToTheOnlyAccountOfTheirUser_OtherwiseToTheirOwnRow(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        var intake = database.Store<ReadingIntake>();
        var one = await database.QuotaAccountAsync("one", owner: 7);

        Assert.Equal([one], await HitAsync(7, now));
        await database.QuotaAccountAsync("two", owner: 7);
        var own = Assert.Single(await HitAsync(7, now.AddSeconds(-1)));
        Assert.NotEqual(one, own);
        Assert.Equal([own], await HitAsync(7, now.AddSeconds(-2)));
        // The row of limit hits is not an account that a status line shows.
        var eights = Assert.Single(await HitAsync(8, now));
        Assert.Equal([eights], await HitAsync(8, now.AddSeconds(-1)));

        Assert.Equal(
            [(one, 100_000L, "limit_hit"), (own, 100_000L, "limit_hit"), (own, 100_000L, "limit_hit"), (eights, 100_000L, "limit_hit"), (eights, 100_000L, "limit_hit")],
            await database.ListAsync(
                "SELECT w.account_id, r.used_milli, r.source FROM quota_readings r JOIN quota_windows w ON w.window_id = r.window_id ORDER BY w.account_id",
                rows => (new QuotaAccountId(rows.Int64(0)), rows.Int64(1), rows.Text(2))));

        async Task<IReadOnlyList<QuotaAccountId>> HitAsync(long user, DateTimeOffset at) =>
            (await intake.LimitsHitAsync(user, $"user{user}@example.org", [new LimitHit("five_hour", at, now.AddHours(2))])).Value.AccountIds;
    }

    private static Task<List<(long ObservedAt, long UsedMilli, long? ResetsAt, string Source)>> ReadingsAsync(TestDatabase database) => database.ListAsync(
        "SELECT observed_at, used_milli, resets_at, source FROM quota_readings ORDER BY observed_at", rows => (rows.Int64(0), rows.Int64(1), rows.Int64OrNull(2), rows.Text(3)));

    private static Task<List<(string, long, long?, long, string, long?)>> WindowsAsync(TestDatabase database) => database.ListAsync(
        "SELECT name, used_milli, resets_at, observed_at, source, started_at FROM quota_windows ORDER BY window_id",
        rows => (rows.Text(0), rows.Int64(1), rows.Int64OrNull(2), rows.Int64(3), rows.Text(4), rows.Int64OrNull(5)));
}
