using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Usage;
using Ccflux.Receiver.Usage.Store;
using Ccflux.Receiver.Usage.Tiers;
using Ccflux.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the stores of 5-hour windows, and of the tiers that are inferred from them, promise.</summary>
[Collection<ContractTests>]
public sealed class UsageWindowContractTests
{
    private static readonly DateTimeOffset s_midnight = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    [Theory, EachDatabase]
    public async Task Report_TurnsWithinFiveHours_ShareAWindow_TheNextOpensAnother(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        await database.ReportAsync(amara, Turn("s", 0, 1.5), Turn("t", 0, 5.99));
        await database.ReportAsync(amara, Turn("s", 1, 2), Turn("s", 2, 6));
        await database.ReportAsync(ben, Turn("s", 0, 5));

        Assert.Equal(
            [(amara, 1.0, 5.99, 3L, 2L, 300L, 30L), (amara, 6.0, 6.0, 1L, 1L, 100L, 10L), (ben, 5.0, 5.0, 1L, 1L, 100L, 10L)],
            await WindowsAsync(database));
        Assert.Equal(4, await database.ScalarAsync("SELECT count(*) FROM window_sessions"));
    }

    [Theory, EachDatabase]
    public async Task Report_TurnBeforeKnownWindows_RecountsThemFromThere(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        await database.ReportAsync(user, Turn("s", 0, 4), Turn("s", 1, 8), Turn("s", 2, 10));
        Assert.Equal([4.0, 10.0], (await WindowsAsync(database)).Select(window => window.Start));

        await database.ReportAsync(user, Turn("t", 0, 3.5));

        Assert.Equal([(user, 3.0, 4.0, 2L, 2L, 200L, 20L), (user, 8.0, 10.0, 2L, 1L, 200L, 20L)], await WindowsAsync(database));
        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM window_recounts"));
    }

    [Theory, EachDatabase]
    public async Task Report_MoreRowsThanATransactionRecounts_ContinuesInLaterOnes(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(
            kind, services => services.AddSingleton(provider => new UsageWriter(provider.GetRequiredService<IChangeFeed>(), new WindowAssigner(rowsPerTransaction: 2))));
        var user = await database.UserAsync("amara@example.org");
        await database.ReportAsync(user, Turn("s", 0, 4), Turn("s", 1, 5), Turn("s", 2, 9.5), Turn("s", 3, 10), Turn("s", 4, 15), Turn("s", 5, 20.5));

        await database.ReportAsync(user, Turn("t", 0, 3.5));
        Assert.Equal(1, await database.ScalarAsync("SELECT count(*) FROM window_recounts"));

        // What another process began is continued, too, and a turn that arrives meanwhile is counted once.
        await database.ForgetUsageAsync();
        await database.ReportAsync(user, Turn("t", 1, 16));
        var job = database.Make<WindowJob>();
        while (await job.StepAsync())
        {
        }

        Assert.Equal(
            [(user, 3.0, 5.0, 3L, 2L, 300L, 30L), (user, 9.0, 10.0, 2L, 1L, 200L, 20L), (user, 15.0, 16.0, 2L, 2L, 200L, 20L), (user, 20.0, 20.5, 1L, 1L, 100L, 10L)],
            await WindowsAsync(database));
        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM window_recounts"));
        Assert.Equal(6, await database.ScalarAsync("SELECT count(*) FROM window_sessions"));
    }

    [Theory, EachDatabase]
    public async Task Report_BetterFiguresOfATurn_ChangeItsWindowsTokensOnly(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        await database.ReportAsync(user, Turn("s", 0, 4), Turn("s", 1, 5));
        await database.ForgetUsageAsync();

        await database.ReportAsync(user, A.Turn("s", 0, s_midnight.AddHours(4), output: 500));

        Assert.Equal([(user, 4.0, 5.0, 2L, 1L, 200L, 510L)], await WindowsAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Infer_PeaksOfCompletedWindowsAndLimitHits_AreTiers_AndStaleOnesGo(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben, chen) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"), await database.UserAsync("chen@example.org"));
        var now = database.Time.GetUtcNow();
        foreach (var days in Enumerable.Range(1, 4))
        {
            await database.ReportAsync(amara, A.Turn("a", days, now.AddDays(-days), output: 900));
            await database.ReportAsync(ben, A.Turn("b", days, now.AddDays(-days), output: 9900));
        }

        // This window is open: it is no peak yet.
        await database.ReportAsync(amara, A.Turn("a", 9, now.AddHours(-1), output: 90_000));
        var hit = now.AddDays(-1).AddHours(1);
        await database.ReportAsync(ben, Failed("b", 10, hit, "five_hour", now, final: true));
        await database.ReportAsync(ben, A.Turn("b", 11, hit.AddMilliseconds(1), output: 400));
        // None of these is a hit that counts.
        await database.ReportAsync(
            amara,
            Failed("a", 20, hit, "seven_day", now, final: true).With(),
            Failed("a", 21, hit, "five_hour", null, final: true).With(),
            Failed("a", 22, hit, "five_hour", now, final: false).With());
        await database.ExecuteAsync(
            TierSql.Put, ("user", chen), ("label", "Tier 9"), ("peak_tokens", 1), ("method", TierMethod.Inferred), ("window_count", 3), ("now", 1),
            ("limit_hit_at", database.Now));

        await database.Make<TierJob>(new UsageOptions { TierInferenceDays = 90 }).InferAsync(ContractTests.Token);

        var inferred = database.Now;
        Assert.Equal(
            [(amara, "Tier 1", 1000L, "inferred", 4L, inferred, null), (ben, "Tier 2", 10_200L, "limit_hit", 4L, inferred, (long?)hit.ToUnixTimeMilliseconds())],
            await TiersAsync(database));

        // Only what changed is written again.
        database.Time.Advance(TimeSpan.FromHours(6));
        await database.Make<TierJob>(new UsageOptions { TierInferenceDays = 90 }).InferAsync(ContractTests.Token);
        Assert.Equal(
            [(amara, "Tier 1", 1000L, "inferred", 5L, database.Now, null), (ben, "Tier 2", 10_200L, "limit_hit", 4L, inferred, (long?)hit.ToUnixTimeMilliseconds())],
            await TiersAsync(database));
    }

    private static TurnReport Turn(string session, int index, double hour) => A.Turn(session, index, s_midnight.AddHours(hour));

    private static TurnReport Failed(string session, int index, DateTimeOffset at, string window, DateTimeOffset? resets, bool final) => A.Turn(session, index, at,
        output: 100) with
    {
        Outcome = TurnOutcome.Failed,
        LimitEvents = [new LimitEvent { AtUtc = at, Window = window, ResetsAtUtc = resets, Final = final }],
    };

    /// <summary>Instants in hours of the day.</summary>
    private static Task<List<(long User, double Start, double Last, long Turns, long Sessions, long Input, long Output)>> WindowsAsync(TestDatabase database) =>
        database.ListAsync(
            "SELECT user_id, start_at, last_at, turns, sessions, input_tokens, output_tokens FROM usage_windows ORDER BY user_id, start_at",
            rows => (rows.Int64(0), Hour(rows.Int64(1)), Hour(rows.Int64(2)), rows.Int64(3), rows.Int64(4), rows.Int64(5), rows.Int64(6)));

    private static double Hour(long at) => Math.Round((at - s_midnight.ToUnixTimeMilliseconds()) / 3_600_000d, 2);

    private static Task<List<(long, string, long, string, long, long, long?)>> TiersAsync(TestDatabase database) => database.ListAsync(
        "SELECT user_id, label, peak_tokens, method, window_count, updated_at, limit_hit_at FROM tiers ORDER BY user_id",
        rows => (rows.Int64(0), rows.Text(1), rows.Int64(2), rows.Text(3), rows.Int64(4), rows.Int64(5), rows.Int64OrNull(6)));
}
