using Ccflux.Contracts.Usage;
using Ccflux.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Ccflux.Receiver.Tests.Usage.Store;

/// <summary>Turns that arrive out of order cost a report little, and the windows are correct nevertheless.</summary>
public sealed class WindowRecountTests
{
    private static readonly DateTimeOffset Epoch = new(2026, 10, 1, 0, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task Report_BeforeALongHistory_LeavesTheRestToLater()
    {
        await using var store = new StoreUnderTest(rowsPerTransaction: 20);
        await StoreHourlyAsync(store, turns: 400);
        Assert.False(store.Usage.AreWindowsBehind);

        await store.ReportAsync(1, A.Turn("early", 0, Epoch.AddHours(-1)));
        await store.ReportAsync(2, A.Turn("other", 0, Epoch));

        // 20 of 401 turns were recounted in the report's transaction, the rest in steps of 20.
        Assert.True(store.Usage.AreWindowsBehind);
        Assert.InRange(await store.CatchUpAsync(), 18, 21);
        Recount.AssertExact(store.DatabasePath);
        Assert.Empty(store.Rows("SELECT * FROM window_recounts"));
    }

    [Fact]
    public async Task Recount_LeftUndoneByAnEndedReceiver_IsTakenUp()
    {
        await using var store = new StoreUnderTest(rowsPerTransaction: 20);
        await StoreHourlyAsync(store, turns: 200);
        await store.ReportAsync(1, A.Turn("early", 0, Epoch.AddHours(-1)));
        await store.StepAsync();

        await store.RestartAsync();

        Assert.True(await store.StepAsync());
        await store.CatchUpAsync();
        Recount.AssertExact(store.DatabasePath);
    }

    [Fact]
    public async Task User_WhoChangesThePastAgainAndAgain_KeepsNobodyElsesWindowsWaiting()
    {
        await using var store = new StoreUnderTest(rowsPerTransaction: 20);
        await StoreHourlyAsync(store, turns: 200, user: 1);
        await StoreHourlyAsync(store, turns: 40, user: 2);
        await store.ReportAsync(2, A.Turn("early", 0, Epoch.AddHours(-1)));

        for (var index = 0; index < 10; index++)
        {
            await store.ReportAsync(1, A.Turn("early", index, Epoch.AddHours(-1 - index)));
            await store.StepAsync();
        }

        Assert.Equal(["1"], store.Rows("SELECT user_id FROM window_recounts"));
        await store.CatchUpAsync();
        Recount.AssertExact(store.DatabasePath);
    }

    [Fact]
    public void Windows_WhateverArrivesWhileTheyLag_EqualARecount() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => RunAsync(seed).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(TestDepth.Of(12, 40)));

    private static async Task RunAsync(int seed)
    {
        var random = new System.Random(seed);
        await using var store = new StoreUnderTest(rowsPerTransaction: 1 + random.Next(8));
        for (var report = 0; report < 60; report++)
        {
            var turns = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => RandomTurn(random)).ToArray();
            await store.ReportAsync(1 + random.Next(2), turns);
            for (var steps = random.Next(4); steps > 0; steps--)
            {
                await store.StepAsync();
            }

            if (random.Next(20) == 0)
            {
                await store.RestartAsync();
            }
        }

        await store.CatchUpAsync();
        Recount.AssertExact(store.DatabasePath);
        Assert.Empty(store.Failures);
    }

    /// <summary>Few sessions and indexes, so that many turns are sent again at other times, and often for the very same instant.</summary>
    private static TurnReport RandomTurn(System.Random random)
    {
        var ended = Epoch.AddMinutes(30 * random.Next(200));
        var turn = A.Turn($"session-{random.Next(6)}", random.Next(12), ended, output: random.Next(5), outcome: random.Next(2) == 0 ? TurnOutcome.Interrupted : TurnOutcome.Completed);
        return random.Next(5) == 0 ? turn with { Models = new Dictionary<string, ModelUsage>(StringComparer.Ordinal) } : turn;
    }

    private static async Task StoreHourlyAsync(StoreUnderTest store, int turns, long user = 1)
    {
        foreach (var chunk in Enumerable.Range(0, turns).Chunk(50))
        {
            await store.ReportAsync(user, [.. chunk.Select(index => A.Turn("s", index, Epoch.AddHours(index)))]);
        }
    }
}
