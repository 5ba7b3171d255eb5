using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage;
using Ccflux.Receiver.Usage.Retention;
using Ccflux.Testing;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccflux.Receiver.Tests.Usage.Store;

/// <summary>Whatever arrives, in whatever order: every rollup equals a recount from turns and events.</summary>
public sealed class RollupPropertyTests
{
    private static readonly DateTimeOffset Epoch = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Rollups_AfterRandomReports_EqualARecount()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => RunAsync(seed).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(30));
    }

    [Fact]
    public void Facts_InAnyOrderOfGrowingReports_AreTheSame()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => OrderFreeAsync(seed).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(8));
    }

    /// <summary>Wild data: no order, overlapping times, corrections both ways, both schemas, then retention.</summary>
    private static async Task RunAsync(int seed)
    {
        var random = new System.Random(seed);
        await using var store = new StoreUnderTest();
        var spread = random.Next(3) switch { 0 => 600, 1 => 3000, _ => 20_000 };
        for (var report = 0; report < 25; report++)
        {
            var user = 1 + random.Next(3);
            var turns = Enumerable.Range(0, 1 + random.Next(6)).Select(_ => RandomTurn(random, spread)).ToArray();
            await (random.Next(4) == 0 ? store.ReportLegacyAsync(user, [.. turns.Select(AsLegacy)]) : store.ReportAsync(user, turns));
        }

        Recount.AssertExact(store.DatabasePath);

        var job = new RetentionJob(
            store.Readers, store.Writer, store.Usage, new UsageOptions { RetentionDays = 3 },
            new ManualTime(Epoch.AddDays(random.Next(3, 18))), NullLogger<RetentionJob>.Instance);
        await job.RemoveAsync(CancellationToken.None);
        Recount.AssertExact(store.DatabasePath);
        Assert.Empty(store.Failures);
    }

    /// <summary>A session as clients report it: turns that grow while they last, reported repeatedly, and ccflux 0.1's version of the first half.</summary>
    private static async Task OrderFreeAsync(int seed)
    {
        var random = new System.Random(seed);
        var reports = new List<(bool Legacy, TurnReport Turn)>();
        var at = Epoch;
        for (var index = 0; index < 8; index++)
        {
            at += TimeSpan.FromMinutes(random.Next(1, 200));
            var started = at;
            for (var growth = 1; growth <= random.Next(1, 4); growth++)
            {
                at += TimeSpan.FromSeconds(random.Next(20, 900));
                reports.Add((false, A.Turn("s", index, at, output: growth * 10) with { StartedUtc = started }));
            }

            if (index < 4)
            {
                // Numbers and times as ccflux 0.1 reported them: its own count, cut to the second.
                var cut = new DateTimeOffset(at.Ticks - (at.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
                reports.Add((true, A.Turn("s", index / 2, cut, output: 500, duration: TimeSpan.Zero)));
            }
        }

        List<string>? first = null;
        for (var round = 0; round < 3; round++)
        {
            await using var store = new StoreUnderTest();
            foreach (var (legacy, turn) in reports.OrderBy(_ => random.Next()).ToList())
            {
                await (legacy ? store.ReportLegacyAsync(1, turn) : store.ReportAsync(1, turn));
            }

            Recount.AssertExact(store.DatabasePath);
            var facts = store.Rows("SELECT schema_version, turn_index, started_at, ended_at, outcome, output_tokens FROM turns JOIN events USING (turn_id) ORDER BY 1, 2").ToList();
            Assert.DoesNotContain(facts, fact => fact.StartsWith("1|", StringComparison.Ordinal));
            Assert.Equal(8, facts.Count);
            first ??= facts;
            Assert.Equal(first, facts);
        }
    }

    private static TurnReport RandomTurn(System.Random random, int spread)
    {
        var ended = Epoch.AddMinutes(random.Next(spread)).AddMilliseconds(random.Next(3_600_000));
        var models = new Dictionary<string, ModelUsage>(StringComparer.Ordinal);
        for (var i = random.Next(3); i > 0; i--)
        {
            models[$"model-{random.Next(3)}"] = RandomUsage(random);
        }

        return new TurnReport
        {
            SessionId = $"session-{random.Next(4)}",
            TurnIndex = random.Next(6),
            StartedUtc = ended.AddMinutes(-random.Next(300)),
            EndedUtc = ended,
            SessionStartUtc = random.Next(2) == 0 ? null : Epoch.AddMinutes(random.Next(spread)),
            Outcome = random.Next(4) switch { 0 => TurnOutcome.Failed, 1 => TurnOutcome.Interrupted, _ => TurnOutcome.Completed },
            Models = models,
        };
    }

    private static TurnReport AsLegacy(TurnReport turn) => turn with { StartedUtc = turn.EndedUtc, Outcome = TurnOutcome.Completed };

    private static ModelUsage RandomUsage(System.Random random) => new()
    {
        InputTokens = random.Next(1000),
        OutputTokens = random.Next(4) * 10,
        CacheReadTokens = random.Next(10_000),
        CacheWriteTokens = random.Next(500),
        CacheWrite1hTokens = random.Next(100),
        Messages = random.Next(5),
        SubagentTokens = random.Next(50),
        Over100k = random.Next(2) == 0 ? null : Part(random),
        Over200k = random.Next(3) == 0 ? Part(random) : null,
        Fast = random.Next(3) == 0 ? Part(random) : null,
    };

    private static TokenCounts Part(System.Random random) => new()
    {
        InputTokens = random.Next(100),
        OutputTokens = random.Next(10),
        CacheReadTokens = random.Next(100),
        CacheWriteTokens = random.Next(100),
        CacheWrite1hTokens = random.Next(50),
    };
}
