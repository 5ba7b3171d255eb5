using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Usage;
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

        Assert.Equal(3, await database.Make<RetentionJob>(new UsageOptions { RetentionDays = 30 }).RemoveAsync(ContractTests.Token));

        Assert.Equal([(amara, 1L)], await database.ListAsync("SELECT user_id, turn_index FROM turns", rows => (rows.Int64(0), rows.Int64(1))));
        Assert.Equal(1, await database.ScalarAsync("SELECT count(*) FROM events"));
        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM limit_events"));
        Assert.Equal([((long)Today - 30, amara)], await database.ListAsync("SELECT day, user_id FROM usage_days", rows => (rows.Int64(0), rows.Int64(1))));
        Assert.Equal([((long)Today - 30, amara)], await database.ListAsync("SELECT day, user_id FROM user_days", rows => (rows.Int64(0), rows.Int64(1))));
        Assert.Equal([((long)Today - 30, -1L)], await database.ListAsync("SELECT day, prev_day FROM session_days", rows => (rows.Int64(0), rows.Int64(1))));
        var (first, last) = (firstKept.AddSeconds(-20).ToUnixTimeMilliseconds(), firstKept.ToUnixTimeMilliseconds());
        Assert.Equal(
            [("s", first, last, 1L, 1L, 10L)],
            await database.ListAsync(
                "SELECT session_id, first_at, last_at, turns, events, output_tokens FROM sessions",
                rows => (rows.Text(0), rows.Int64(1), rows.Int64(2), rows.Int64(3), rows.Int64(4), rows.Int64(5))));
        Assert.Equal(
            [(amara, 1L, 1L, 0L, first, last)],
            await database.ListAsync(
                "SELECT user_id, sessions, turns, failed, first_at, last_at FROM user_totals",
                rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3), rows.Int64(4), rows.Int64(5))));
        Assert.Equal(
            [(amara, "a", 1L)],
            await database.ListAsync("SELECT u.user_id, m.name, u.events FROM user_models u JOIN models m ON m.model_id = u.model_id",
                rows => (rows.Int64(0), rows.Text(1), rows.Int64(2))));
        Assert.Equal([(amara, last, 1L)], await database.ListAsync("SELECT user_id, start_at, turns FROM usage_windows", rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2))));

        // What was removed can be reported again.
        Assert.Equal(1, (await database.ReportAsync(amara, Old("gone", 0, firstKept.AddDays(-9)))).Accepted);
    }

    [Theory, EachDatabase]
    public async Task Remove_WithoutALimit_KeepsAllUsage_AndDropsOldAllowances(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        await database.ReportAsync(user, Old("s", 0, database.Time.GetUtcNow().AddYears(-3)));
        foreach (var day in (int[])[Today, Today - 7, Today - 8])
        {
            await database.ExecuteAsync("INSERT INTO user_caps (user_id, day, sessions, models, devices) VALUES (@user, @day, 1, 1, 1)", ("user", user), ("day", day));
        }

        Assert.Equal(0, await database.Make<RetentionJob>(new UsageOptions { RetentionDays = 0 }).RemoveAsync(ContractTests.Token));

        Assert.Equal(1, await database.ScalarAsync("SELECT count(*) FROM turns"));
        Assert.Equal([Today - 7, Today], await database.ListAsync("SELECT day FROM user_caps ORDER BY day", rows => rows.Int32(0)));
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

        Assert.Equal((true, 206), (result.IsOk, turns));
        foreach (var table in (string[])["turns", "events", "sessions", "user_days", "usage_days", "session_days", "usage_windows", "window_sessions", "user_totals",
            "user_models", "limit_events"])
        {
            Assert.Equal(0, await database.ScalarAsync($"SELECT count(*) FROM {table} WHERE user_id = @user", ("user", amara)));
            Assert.Equal(table is "limit_events" ? 0 : 1, await database.ScalarAsync($"SELECT count(*) FROM {table} WHERE user_id = @user", ("user", ben)));
        }

        Assert.Equal(2, await database.ScalarAsync("SELECT count(*) FROM users"));
        var line = Assert.Single(await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token));
        Assert.Equal(("cli", "user.forget-usage", "amara@example.org"), (line.Actor, line.Action, line.Target));
        Assert.False((await removal.ForgetAsync(Actor.Cli, "nobody@example.org")).Result.IsOk);
    }

    private static TurnReport Old(string session, int index, DateTimeOffset at) =>
        A.Turn(session, index, at, model: "old", outcome: TurnOutcome.Failed) with { LimitEvents = [new LimitEvent { AtUtc = at, Final = true }] };
}
