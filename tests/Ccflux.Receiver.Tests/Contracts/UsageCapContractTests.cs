using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Store;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the limits of what a user may add per day promise.</summary>
[Collection<ContractTests>]
public sealed class UsageCapContractTests
{
    [Theory, EachDatabase]
    public async Task Report_MoreNewSessionsThanADayAllows_StoresNothingOfIt(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var caps = new DailyCaps(Sessions: 2, Models: 9);
        var at = database.Time.GetUtcNow();
        Assert.Null((await ReportAsync(database, caps, amara, A.Turn("1", 0, at), A.Turn("1", 1, at))).OverCap);
        await database.ForgetUsageAsync();

        Assert.Equal(new StoreResult(0, 0, "new sessions (at most 2, of which 1 are left)"),
            await ReportAsync(database, caps, amara, A.Turn("1", 2, at), A.Turn("2", 0, at), A.Turn("3", 0, at)));
        Assert.Equal(2, await database.ScalarAsync("SELECT count(*) FROM turns"));

        Assert.Null((await ReportAsync(database, caps, amara, A.Turn("2", 0, at))).OverCap);
        Assert.NotNull((await ReportAsync(database, caps, amara, A.Turn("3", 0, at))).OverCap);
        Assert.Null((await ReportAsync(database, caps, amara, A.Turn("2", 1, at))).OverCap);
        Assert.Null((await ReportAsync(database, caps, ben, A.Turn("3", 0, at))).OverCap);
        Assert.Equal([(amara, 2L, 1L), (ben, 1L, 1L)], await CapsAsync(database));

        database.Time.Advance(TimeSpan.FromHours(12));
        Assert.Null((await ReportAsync(database, caps, amara, A.Turn("3", 0, at))).OverCap);
    }

    [Theory, EachDatabase]
    public async Task Report_MoreNewModelsThanADayAllows_IsRefused_ButModelsTheUserKnowsPass(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var caps = new DailyCaps(Sessions: 9, Models: 1);
        var at = database.Time.GetUtcNow();
        await ReportAsync(database, caps, amara, A.Turn("s", 0, at, model: "a"));
        await database.ForgetUsageAsync();

        Assert.Equal("new model names (at most 1)", (await ReportAsync(database, caps, amara, A.Turn("s", 1, at, model: "b"))).OverCap);
        Assert.Null((await ReportAsync(database, caps, amara, A.Turn("s", 1, at, model: "a"))).OverCap);

        // Known to the receiver, and yet new to this user.
        Assert.Null((await ReportAsync(database, caps, ben, A.Turn("s", 0, at, model: "b"))).OverCap);
        Assert.NotNull((await ReportAsync(database, caps, amara, A.Turn("s", 2, at, model: "b"))).OverCap);
        Assert.Equal([(amara, 1L, 1L), (ben, 1L, 1L)], await CapsAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Report_MoreRowsThanADayAllows_IsRefused_ButWhatIsStoredDoesNotCount(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var user = await database.UserAsync("amara@example.org");
        var caps = new DailyCaps(99, 99, Turns: 2, Events: 3, LimitEvents: 1);
        var at = database.Time.GetUtcNow();
        var two = A.Turn("s", 1, at).With(("a", A.Usage()), ("b", A.Usage())) with { LimitEvents = [new LimitEvent { AtUtc = at }] };
        Assert.Equal(2, (await ReportAsync(database, caps, user, A.Turn("s", 0, at), two)).Accepted);
        await database.ForgetUsageAsync();

        Assert.Equal("turns (at most 2)", (await ReportAsync(database, caps, user, two, A.Turn("s", 2, at))).OverCap);
        Assert.Equal("events, one for each model of a turn (at most 3)", (await ReportAsync(database, caps, user, two.With(("c", A.Usage())))).OverCap);
        Assert.Equal(
            "limit events (at most 1)",
            (await ReportAsync(database, caps, user, two with { LimitEvents = [new LimitEvent { AtUtc = at.AddMinutes(1) }] })).OverCap);
        Assert.Equal(new StoreResult(0, 1, null), await ReportAsync(database, caps, user, two));

        Assert.Equal(
            [(2L, 3L, 1L)],
            await database.ListAsync("SELECT turns, events, limit_events FROM user_caps", rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2))));
    }

    private static Task<StoreResult> ReportAsync(TestDatabase database, DailyCaps caps, long user, params TurnReport[] turns) =>
        database.ReportAsync(database.Incoming(user, turns), caps);

    private static Task<List<(long, long, long)>> CapsAsync(TestDatabase database) =>
        database.ListAsync("SELECT user_id, sessions, models FROM user_caps ORDER BY user_id", rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2)));
}
