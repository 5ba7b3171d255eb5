using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Tiers;
using Ccflux.Testing;
using static Ccflux.Receiver.Tests.Contracts.UsageGiven;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What 5-hour windows and tiers promise: they follow from the hours in which users made requests.</summary>
[Collection<ContractTests>]
public sealed class UsageWindowContractTests
{
    private static readonly DateTimeOffset s_midnight = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    [Theory, EachDatabase]
    public async Task Windows_OfSomebodyWhoNeverRests_FollowEachOther(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        // The first starts at eleven, five days ago.
        await database.ReportAsync(user, [.. Enumerable.Range(0, 5 * 24).Select(hour => A.Turn("s", hour, s_midnight.AddHours(11 - hour)))]);
        var first = s_midnight.AddHours(11 - 119);

        var starts = Enumerable.Range(0, 24).Select(window => first.AddHours(5 * window)).Where(start => start.Date == s_midnight.Date).Select(start => start.ToUnixTimeMilliseconds());
        Assert.Equal(starts, (await WindowsAsync(database)).Select(window => window.StartAt));
        Assert.All((await WindowsAsync(database)).SkipLast(1), window => Assert.Equal((5, 1, 550L), (window.Turns, window.Sessions, window.Tokens.Billed)));
    }

    [Theory, EachDatabase]
    public async Task Windows_MoveWithAnHourThatBecomesActiveBeforeThem(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        await database.ReportAsync(user, A.Turn("s", 0, s_midnight.AddHours(1)), A.Turn("s", 1, s_midnight.AddHours(4)), A.Turn("s", 2, s_midnight.AddHours(11)));
        Assert.Equal([At(1), At(11)], (await WindowsAsync(database)).Select(window => window.StartAt));

        await database.ReportAsync(user, A.Turn("s", 3, s_midnight.AddHours(-2)));

        // The window of eleven at night ends before four.
        Assert.Equal([At(4), At(11)], (await WindowsAsync(database)).Select(window => window.StartAt));
    }

    [Theory, EachDatabase]
    public async Task Tiers_AreInferredFromWindowsAndLimits_AndStaleOnesGo(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var now = database.Time.GetUtcNow();
        foreach (var day in Enumerable.Range(1, 4))
        {
            await database.ReportAsync(amara, A.Turn("s", day, now.AddDays(-day), output: 900));
            await database.ReportAsync(ben, A.Turn("s", day, now.AddDays(-day), output: 9900));
        }

        var hit = now.AddDays(-1).AddHours(1);
        await database.ReportAsync(ben, A.Turn("s", 9, hit, output: 100, outcome: TurnOutcome.Failed) with
        {
            LimitEvents = [new LimitEvent { AtUtc = hit, Window = "five_hour", ResetsAtUtc = now, Final = true }],
        });
        await database.ExecuteAsync(TierSql.Put, ("user", 77), ("label", "Tier 9"), ("peak_tokens", 1), ("method", TierMethod.Inferred), ("window_count", 3), ("now", 0), ("limit_hit_at", 0));

        await database.Make<TierJob>().InferAsync(ContractTests.Token);

        Assert.Equal(
            [(amara, "Tier 1", 1000L, "inferred", 4L), (ben, "Tier 2", 10_200L, "limit_hit", 4L)],
            await database.ListAsync(
                "SELECT user_id, label, peak_tokens, method, window_count FROM tiers ORDER BY user_id",
                rows => (rows.Int64(0), rows.Text(1), rows.Int64(2), rows.Text(3), rows.Int64(4))));
    }

    private static long At(double hour) => s_midnight.AddHours(hour).ToUnixTimeMilliseconds();

    private static async Task<WindowCell[]> WindowsAsync(TestDatabase database)
    {
        using var session = await database.Readers.OpenAsync(ContractTests.Token);
        return new WindowReader(OrganisationCalendar.Utc).Read(session, Today);
    }
}
