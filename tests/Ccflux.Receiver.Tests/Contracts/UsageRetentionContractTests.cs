using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Usage;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Retention;
using Ccflux.Testing;
using static Ccflux.Receiver.Tests.Contracts.UsageGiven;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the removal of usage promises: nothing of it stays in any figure.</summary>
[Collection<ContractTests>]
public sealed class UsageRetentionContractTests
{
    [Theory, EachDatabase]
    public async Task Remove_OldDays_TakesThemOutOfEveryFigure(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var firstKept = database.Time.GetUtcNow().AddHours(-12).AddDays(-30);
        await database.ReportAsync(amara, Old("s", 0, firstKept.AddMilliseconds(-1)), A.Turn("s", 1, firstKept, model: "a"), Old("gone", 0, firstKept.AddDays(-9)));
        await database.ReportAsync(ben, Old("s", 0, firstKept.AddDays(-1)));

        // Three turns, each with a request.
        Assert.Equal(6, await database.Make<RetentionJob>(new UsageOptions { RetentionDays = 30 }).RemoveAsync(ContractTests.Token));

        var last = firstKept.ToUnixTimeMilliseconds();
        Assert.Equal([(amara, last)], await database.ListAsync("SELECT user_id, started_at FROM turns", rows => (rows.Int64(0), rows.Int64(1))));
        Assert.Equal([(amara, last)], await database.ListAsync("SELECT user_id, at FROM requests", rows => (rows.Int64(0), rows.Int64(1))));
        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM limit_events"));
        foreach (var table in (string[])["usage_days", "user_days", "session_days", "event_days"])
        {
            Assert.Equal([((long)Today - 30, amara)], await database.ListAsync($"SELECT day, user_id FROM {table}", rows => (rows.Int64(0), rows.Int64(1))));
        }

        Assert.Equal(
            [("s", last, last, 2L, 1L, 10L)],
            await database.ListAsync(
                "SELECT session_id, first_at, last_at, facts, requests, output_tokens FROM sessions",
                rows => (rows.Text(0), rows.Int64(1), rows.Int64(2), rows.Int64(3), rows.Int64(4), rows.Int64(5))));
        Assert.Equal(
            [(amara, 1L, 1L, 1L, 0L)],
            await database.ListAsync(
                "SELECT user_id, requests, sessions, turns, failed FROM user_totals",
                rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3), rows.Int64(4))));
        // The hours stay active, so that no window that is left moves.
        Assert.Equal(4, await database.ScalarAsync("SELECT count(*) FROM active_hours"));

        // What was removed can be reported again.
        Assert.Equal(2, (await database.ReportAsync(amara, Old("gone", 0, firstKept.AddDays(-9)))).New);
    }

    [Theory, EachDatabase]
    public async Task Remove_WithoutALimit_KeepsAllUsage_AndDropsOldAllowances(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        await database.ReportAsync(user, Old("s", 0, database.Time.GetUtcNow().AddYears(-3)));
        foreach (var day in (int[])[Today, Today - 7, Today - 8])
        {
            await database.ExecuteAsync("INSERT INTO usage_caps (user_id, day, backfill, facts, sessions, models) VALUES (@user, @day, 0, 1, 1, 1)", ("user", user), ("day", day));
        }

        Assert.Equal(0, await database.Make<RetentionJob>(new UsageOptions { RetentionDays = 0 }).RemoveAsync(ContractTests.Token));

        Assert.Equal(1, await database.ScalarAsync("SELECT count(*) FROM turns"));
        Assert.Equal([Today - 7, Today], await database.ListAsync("SELECT day FROM usage_caps ORDER BY day", rows => rows.Int32(0)));
    }

    [Theory, EachDatabase]
    public async Task Forget_AUser_RemovesAllItsUsageAndNobodyElses(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var now = database.Time.GetUtcNow();
        await database.ReportAsync(amara, [.. Enumerable.Range(0, 205).Select(index => A.Turn($"s{index % 3}", index, now.AddHours(-index)))]);
        await database.ReportAsync(amara, Old("limits", 0, now));
        await database.ReportAsync(ben, A.Turn("s0", 0, now));
        var removal = database.Store<UsageRemoval>();

        var (result, turns) = await removal.ForgetAsync(Actor.Cli, " Amara@example.org");

        Assert.Equal((true, 412), (result.IsOk, turns));
        foreach (var table in (string[])["requests", "turns", "turn_models", "sessions", "usage_hours", "user_hours", "session_hours", "active_hours", "usage_days", "event_days", "user_days",
            "session_days", "usage_totals", "event_totals", "user_totals", "limit_events"])
        {
            Assert.Equal(0, await database.ScalarAsync($"SELECT count(*) FROM {table} WHERE user_id = @user", ("user", amara)));
            Assert.Equal(table is "limit_events" ? 0 : 1, await database.ScalarAsync($"SELECT count(*) FROM {table} WHERE user_id = @user", ("user", ben)));
        }

        Assert.Equal(2, await database.ScalarAsync("SELECT count(*) FROM users"));
        var line = Assert.Single(await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token));
        Assert.Equal(("cli", "user.forget-usage", "amara@example.org"), (line.Actor, line.Action, line.Target));
        Assert.False((await removal.ForgetAsync(Actor.Cli, "nobody@example.org")).Result.IsOk);
    }

    [Theory, EachDatabase]
    public async Task ASession_OfWhichOnlyALimitWasReported_IsStoredAgain_AfterItWasForgotten(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var whole = database.Incoming(user, Old("s", 0, database.Time.GetUtcNow()));
        var session = whole.Sessions[0];
        await database.ReportAsync(new IncomingRequests(user, whole.From, [session with { Turns = [], Requests = [] }]));
        Assert.True((await database.Store<UsageRemoval>().ForgetAsync(Actor.Cli, "amara@example.org")).Result.IsOk);
        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM sessions"));

        await database.ReportAsync(whole);

        Assert.Equal(1, await database.ScalarAsync("SELECT requests FROM sessions"));
    }

    [Theory, EachDatabase]
    public async Task ASession_OfWhichOnlyItsLackOfIdsIsLeft_GoesWithTheRetention(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var lacking = database.Incoming(user, A.Turn("lacking", 0, database.Time.GetUtcNow()));
        await database.ReportAsync(new IncomingRequests(user, lacking.From, [lacking.Sessions[0] with { LacksIds = true }]));
        database.Time.Advance(TimeSpan.FromDays(40));
        await database.ReportAsync(user, A.Turn("new", 0, database.Time.GetUtcNow()));
        Assert.Equal(2, await database.ScalarAsync("SELECT count(*) FROM sessions"));

        await database.Make<RetentionJob>(new UsageOptions { RetentionDays = 30 }).RemoveAsync(ContractTests.Token);

        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM sessions WHERE lacks_ids = 1"));
        Assert.Equal(1, await database.ScalarAsync("SELECT count(*) FROM sessions"));
    }

    private static TurnReport Old(string session, int index, DateTimeOffset at) =>
        A.Turn(session, index, at, model: "old", outcome: TurnOutcome.Failed) with { LimitEvents = [new LimitEvent { AtUtc = at, Final = true }] };
}
