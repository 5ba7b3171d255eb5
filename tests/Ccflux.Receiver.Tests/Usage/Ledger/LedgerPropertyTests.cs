using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Ledger;

/// <summary>Whatever is reported, in whatever order and as often as it comes: facts are what all reports say together, and every sum is a count over the facts.</summary>
public sealed class LedgerPropertyTests
{
    /// <summary>Everything that does not depend on when a report came.</summary>
    internal static readonly string[] Tables =
    [
        "SELECT * FROM requests ORDER BY user_id, request_key",
        "SELECT * FROM turns ORDER BY user_id, turn_key",
        "SELECT * FROM usage_hours ORDER BY user_id, slot, model_id, price_class",
        "SELECT user_id, slot, requests, input_tokens, turns, failed FROM user_hours ORDER BY user_id, slot",
        "SELECT * FROM session_hours ORDER BY user_id, session_key, slot",
        "SELECT * FROM active_hours ORDER BY user_id, day",
        "SELECT * FROM usage_days ORDER BY day, user_id, model_id, price_class",
        "SELECT day, user_id, requests, input_tokens, turns, failed FROM user_days ORDER BY day, user_id",
        "SELECT * FROM session_days ORDER BY day, user_id, session_key",
        "SELECT * FROM sessions ORDER BY user_id, session_key",
        "SELECT user_id, turn_key, model_id, day, requests, input_tokens, output_tokens FROM turn_models ORDER BY user_id, turn_key, model_id, day",
        "SELECT * FROM usage_totals ORDER BY user_id, model_id, price_class",
        "SELECT * FROM event_totals ORDER BY user_id, model_id",
        "SELECT user_id, requests, turns, failed, sessions FROM user_totals",
        "SELECT * FROM event_days ORDER BY day, user_id, model_id",
    ];

    [Theory]
    [InlineData("UTC", 2)]
    [InlineData("Europe/Berlin", 1)]
    [InlineData("America/New_York", 1)]
    [InlineData("Pacific/Kiritimati", 1)]
    [InlineData("Asia/Kolkata", 1)]
    [InlineData("Asia/Kathmandu", 1)]
    [InlineData("Australia/Lord_Howe", 1)]
    public async Task Sums_AreCountsOverTheFacts_AndFactsWhatAllReportsSay(string zone, int files)
    {
        // 2 000 histories in all: 250 users to a database who know nothing of each other.
        const int Users = 250;
        for (var file = 0; file < TestDepth.Of(files, files * 10); file++)
        {
            await using var ledger = new LedgerUnderTest(zone);
            var reports = new Dictionary<long, List<LedgerRequest>>();
            var turns = new Dictionary<long, List<LedgerTurn>>();
            for (var user = 1; user <= Users; user++)
            {
                var random = new RandomReports((((zone.Length * 100) + file) * 1000) + user);
                (reports[user], turns[user]) = ([], []);
                for (var batch = random.Random.Next(1, 5); batch > 0; batch--)
                {
                    List<LedgerRequest> requests = [.. Enumerable.Range(0, random.Random.Next(6)).Select(_ => random.Request(keys: 8))];
                    requests.AddRange(Enumerable.Range(0, random.Random.Next(4)).Select(_ => random.Metrics(user)));
                    List<LedgerTurn> some = [.. Enumerable.Range(0, random.Random.Next(3)).Select(_ => random.Turn())];
                    await ledger.WriteAsync(
                        user, requests, some, random.Random.Next(6) == 0 ? [random.Random.Next(3)] : [], random.Random.Next(6) == 0 ? [random.Pause()] : []);
                    reports[user].AddRange(requests);
                    turns[user].AddRange(some);
                }
            }

            Assert.Empty(await ledger.CheckAsync());
            foreach (var user in reports.Keys)
            {
                await AssertFactsAsync(ledger, user, reports[user], turns[user]);
            }

            Assert.Empty(ledger.Failures);
        }
    }

    [Fact]
    public async Task Tables_AreTheSame_InAnyOrderAndGrouping()
    {
        for (var seed = 0; seed < TestDepth.Of(12, 100); seed++)
        {
            var random = new RandomReports(seed);
            // So few that sessions and hours without a request are left for the metrics.
            var requests = Enumerable.Range(0, random.Random.Next(40)).Select(_ => random.Request(keys: 12)).ToList();
            var turns = Enumerable.Range(0, 8).Select(_ => random.Turn()).ToList();
            var metrics = Enumerable.Range(0, random.Random.Next(30)).Select(_ => random.Metrics(1)).ToList();
            int[] lacking = [.. Enumerable.Range(0, 3).Where(_ => random.Random.Next(3) == 0)];
            List<IncomingPause> pauses = [.. Enumerable.Range(0, random.Random.Next(3)).Select(_ => random.Pause())];
            List<string>? first = null;
            for (var round = 0; round < 3; round++)
            {
                await using var ledger = new LedgerUnderTest();
                // Numbers of models follow the order in which they came.
                ledger.ByHand("INSERT INTO models (name, first_seen_at) VALUES ('claude-opus-5-5', 1), ('claude-sonnet-5-5', 1), ('claude-haiku-5', 1)");
                var shuffled = requests.Concat(requests.Where(_ => random.Flip())).OrderBy(_ => random.Random.Next()).ToList();
                var waiting = new Queue<LedgerRequest>(metrics.OrderBy(_ => random.Random.Next()));
                foreach (var batch in shuffled.Chunk(random.Random.Next(1, 20)))
                {
                    await ledger.WriteAsync(1, Some(batch, waiting, random.Random.Next(4)), [.. turns.Where(_ => random.Flip())], [.. lacking.Where(_ => random.Flip())], [.. pauses.Where(_ => random.Flip())]);
                }

                await ledger.WriteAsync(1, [.. waiting], turns, lacking, pauses);
                List<string> rows = [.. Tables.SelectMany(ledger.Rows)];
                Assert.Empty(await ledger.CheckAsync());
                Assert.Equal(first ??= rows, rows);
            }
        }
    }

    [Fact]
    public async Task Removal_LeavesTheSumsOfTheRest()
    {
        for (var seed = 0; seed < TestDepth.Of(10, 100); seed++)
        {
            var random = new RandomReports(seed);
            var requests = Enumerable.Range(0, 40).Select(_ => random.Request(keys: 30))
                .Concat(Enumerable.Range(0, 20).Select(_ => random.Metrics(1)))
                .ToList();
            var turns = Enumerable.Range(0, 5).Select(_ => random.Turn()).ToList();
            await using var ledger = new LedgerUnderTest();
            await ledger.WriteAsync(1, requests, turns);

            foreach (var key in requests.Select(request => request.Key).Distinct().Where(_ => random.Flip()))
            {
                Assert.True(await ledger.RemoveAsync(1, key));
                Assert.False(await ledger.RemoveAsync(1, key));
            }

            Assert.True(await ledger.RemoveTurnAsync(1, turns[0].Key));
            Assert.Empty(await ledger.CheckAsync());
            Assert.Equal(
                ledger.Rows("SELECT DISTINCT hour FROM requests WHERE hidden = 0 ORDER BY hour"),
                (await ledger.ActiveHoursAsync(1)).Select(hour => $"{hour}"));
            Assert.Empty(ledger.Failures);
        }
    }

    [Theory]
    [InlineData("usage_hours", "UPDATE usage_hours SET output_tokens = output_tokens + 1 WHERE user_id = 1")]
    [InlineData("usage_hours", "DELETE FROM usage_hours WHERE user_id = 1")]
    [InlineData("user_hours", "UPDATE user_hours SET turns = turns + 1 WHERE user_id = 1")]
    [InlineData("session_hours", "UPDATE session_hours SET facts = facts + 1 WHERE user_id = 1")]
    [InlineData("usage_days", "UPDATE usage_days SET day = day + 1 WHERE user_id = 1")]
    [InlineData("user_days", "UPDATE user_days SET failed = failed + 1 WHERE user_id = 1")]
    [InlineData("session_days", "DELETE FROM session_days WHERE user_id = 1")]
    [InlineData("sessions", "UPDATE sessions SET last_at = last_at + 1 WHERE user_id = 1")]
    [InlineData("turn_models", "UPDATE turn_models SET web_searches = web_searches + 1 WHERE user_id = 1")]
    [InlineData("turn_models", "UPDATE turn_models SET day = day + 1 WHERE user_id = 1")]
    [InlineData("usage_totals", "UPDATE usage_totals SET web_searches = web_searches + 1 WHERE user_id = 1")]
    [InlineData("user_totals", "UPDATE user_totals SET sessions = sessions + 1 WHERE user_id = 1")]
    [InlineData("event_totals", "DELETE FROM event_totals WHERE user_id = 1")]
    [InlineData("event_days", "UPDATE event_days SET events = events + 1 WHERE user_id = 1")]
    [InlineData("active_hours", "DELETE FROM active_hours WHERE user_id = 1")]
    [InlineData("requests", "UPDATE requests SET price_class = price_class + 2 WHERE user_id = 1")]
    [InlineData("requests", "UPDATE requests SET hidden = 3 WHERE user_id = 1")]
    public async Task ARecount_NamesTheTableThatIsWrong(string table, string change)
    {
        var random = new RandomReports(7);
        await using var ledger = new LedgerUnderTest();
        await ledger.WriteAsync(1, [random.Request() with { Session = RandomReports.Session(1), Input = 1, CacheRead = 0, CacheWrite5m = 0, CacheWrite1h = 0 }], [random.Turn()]);

        ledger.ByHand(change);

        Assert.Contains(await ledger.CheckAsync(), difference => difference.Table == table && difference is { User: 1, Rows: > 0 });
    }

    [Fact]
    public async Task AResend_ChangesNothingAndSaysSo()
    {
        var random = new RandomReports(3);
        List<LedgerRequest> requests = [random.Request(), random.Request() with { Key = 77 }];
        await using var ledger = new LedgerUnderTest();

        Assert.Equal(2, (await ledger.WriteAsync(1, requests)).New);
        Assert.Equal(new LedgerResult(0, 0, 2), await ledger.WriteAsync(1, requests));
        Assert.Equal(new LedgerResult(0, 1, 1), await ledger.WriteAsync(1, [requests[0], requests[1] with { Output = requests[1].Output + 1 }]));
        Assert.Equal(2, (await ledger.WriteAsync(2, requests)).New);
    }

    /// <summary>A batch, and a few of the metrics that wait: each is sent once.</summary>
    private static IReadOnlyList<LedgerRequest> Some(IEnumerable<LedgerRequest> batch, Queue<LedgerRequest> waiting, int count) =>
        [.. batch, .. Enumerable.Range(0, Math.Min(count, waiting.Count)).Select(_ => waiting.Dequeue())];

    private static async Task AssertFactsAsync(LedgerUnderTest ledger, long user, List<LedgerRequest> requests, List<LedgerTurn> turns)
    {
        foreach (var reports in requests.GroupBy(request => request.Key))
        {
            var expected = reports.First().IsMetric ? ExpectedRequest.OfMetrics([.. reports]) : ExpectedRequest.Of([.. reports]);
            Assert.Equal(expected, await ledger.FindAsync(user, reports.Key));
        }

        foreach (var reports in turns.GroupBy(turn => turn.Key))
        {
            Assert.Equal(ExpectedRequest.Of([.. reports]), await ledger.FindTurnAsync(user, reports.Key));
        }
    }
}
