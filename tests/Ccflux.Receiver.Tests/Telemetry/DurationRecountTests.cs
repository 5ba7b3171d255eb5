using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Tests.Contracts;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;
using Ccflux.Testing;
using static Ccflux.Receiver.Tests.Contracts.TelemetryGiven;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>The stored buckets of durations, compared with a recount over the single events, and their sums over everybody, with those of the people.</summary>
public sealed class DurationRecountTests
{
    private const string Erased = "p1@example.org";

    private static readonly EventKind[] s_kinds = [EventKind.ApiRequest, EventKind.ApiRequest, EventKind.ToolResult, EventKind.ToolResult, EventKind.ApiError, EventKind.UserPrompt];

    [Fact]
    public async Task Buckets_AfterAnyEvents_InAnyOrderAndGrouping_EqualARecountOverTheEvents()
    {
        for (var seed = 0; seed < TestDepth.Of(8, 80); seed++)
        {
            await using var database = TestDatabase.Open(DatabaseKind.Sqlite);
            var random = new Random(seed);
            var events = Enumerable.Range(1, 300).Select(key => AnyEvent(random, key, database.Time.GetUtcNow())).ToArray();
            // Some are sent again.
            EventRecord[] sent = [.. events, .. random.GetItems(events, 60)];
            random.Shuffle(sent);

            for (var from = 0; from < sent.Length;)
            {
                var length = random.Next(1, 50);
                var before = await DaysAsync(database);
                await SendAsync(database, random, sent[from..Math.Min(sent.Length, from + length)]);
                AssertVersionsFollow(before, await DaysAsync(database));
                await AssertSumsAsync(database);
                from += length;
            }

            var stored = await StoredAsync(database);
            Assert.Equal(await RecountAsync(database), stored);
            Assert.Contains(stored, row => row.Count > 1);
        }
    }

    [Fact]
    public async Task Sums_AfterEachStepOfAnErasure_AreThoseOfThePeopleWhoAreLeft()
    {
        for (var seed = 0; seed < TestDepth.Of(8, 80); seed++)
        {
            await using var database = TestDatabase.Open(DatabaseKind.Sqlite);
            var random = new Random(seed);
            await SendAsync(database, random, [.. Enumerable.Range(1, 300).Select(key => AnyEvent(random, key, database.Time.GetUtcNow()))]);
            await SplitAsync(database, random);
            await AssertSumsAsync(database);
            var (before, others) = (await DaysAsync(database), await OfOthersAsync(database));
            var isBusy = seed % 2 == 0;

            var number = (await database.BeginAsync(Erased))!.Value;
            var steps = 0;
            for (var isFinished = false; !isFinished; steps++)
            {
                var rows = random.Next(1, 40);
                if (random.Next(4) == 0)
                {
                    await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync<bool>(session =>
                    {
                        Step(session, rows);
                        throw new InvalidOperationException("Killed.");
                    }));
                }

                isFinished = await database.WriteAsync(session => Step(session, rows));
                await AssertSumsAsync(database);
                if (isBusy && random.Next(4) == 0)
                {
                    await SendAsync(database, random, [AnyEvent(random, 1000 + steps, database.Time.GetUtcNow())]);
                    await AssertSumsAsync(database);
                }
            }

            Assert.True(steps > 5, $"{steps} steps");
            Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM telemetry_durations WHERE subject_id NOT IN (SELECT subject_id FROM telemetry_subjects)"));
            AssertVersionsFollow(before, await DaysAsync(database));
            if (!isBusy)
            {
                Assert.Equal(others, await StoredAsync(database));
            }

            bool Step(WriteSession session, int rows) => database.Store<ErasureSteps>().Step(session, number, database.Time.GetUtcNow(), rows);
        }
    }

    private static async Task<List<Bucket>> OfOthersAsync(TestDatabase database)
    {
        var erased = await database.ScalarAsync("SELECT subject_id FROM telemetry_subjects WHERE name = @name", ("name", Erased));
        return [.. (await StoredAsync(database)).Where(row => row.Subject != erased)];
    }

    /// <summary>Makes some sums those of two writers.</summary>
    private static async Task SplitAsync(TestDatabase database, Random random)
    {
        var third = random.Next(3);
        await database.ExecuteAsync(
            """
            INSERT INTO telemetry_duration_sums (is_day, period, is_tool, name_id, terminal_id, bucket, writer, count)
            SELECT is_day, period, is_tool, name_id, terminal_id, bucket, 1, count / 2 FROM telemetry_duration_sums WHERE count > 1 AND bucket % 3 = @third
            """,
            ("third", third));
        await database.ExecuteAsync("UPDATE telemetry_duration_sums SET count = count - count / 2 WHERE writer = 0 AND count > 1 AND bucket % 3 = @third", ("third", third));
        await database.ExecuteAsync("UPDATE telemetry_duration_sums SET writer = 2 WHERE writer = 0 AND count = 1 AND bucket % 3 <> @third", ("third", third));
        Assert.Equal(3, await database.ScalarAsync("SELECT count(DISTINCT writer) FROM telemetry_duration_sums"));
    }

    /// <summary>The sums are those over the rows of people, and no row is empty.</summary>
    private static async Task AssertSumsAsync(TestDatabase database)
    {
        Assert.Equal(
            await SumsAsync(
                database,
                """
                SELECT 0, day * 24 + hour_of_day, is_tool, name_id, terminal_id, bucket, CAST(sum(count) AS bigint)
                FROM telemetry_durations GROUP BY day, hour_of_day, is_tool, name_id, terminal_id, bucket
                UNION ALL
                SELECT 1, day, is_tool, name_id, terminal_id, bucket, CAST(sum(count) AS bigint)
                FROM telemetry_durations GROUP BY day, is_tool, name_id, terminal_id, bucket
                ORDER BY 1, 2, 3, 4, 5, 6
                """),
            await SumsAsync(
                database,
                """
                SELECT is_day, period, is_tool, name_id, terminal_id, bucket, CAST(sum(count) AS bigint)
                FROM telemetry_duration_sums GROUP BY is_day, period, is_tool, name_id, terminal_id, bucket ORDER BY 1, 2, 3, 4, 5, 6
                """));
        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM telemetry_duration_sums WHERE count <= 0"));
    }

    private static Task<List<(bool IsDay, long Period, bool IsTool, long Name, long Terminal, int Bucket, long Count)>> SumsAsync(TestDatabase database, string sql) =>
        database.ListAsync(sql, rows => (rows.Bool(0), rows.Int64(1), rows.Bool(2), rows.Int64(3), rows.Int64(4), rows.Int32(5), rows.Int64(6)));

    /// <summary>Sends them in one message or several, which the writer may store in one transaction or several.</summary>
    private static async Task SendAsync(TestDatabase database, Random random, EventRecord[] events)
    {
        if (random.Next(3) == 0)
        {
            await database.ForgetTelemetryAsync();
        }

        await Task.WhenAll(events.Chunk(random.Next(1, 20)).Select(some => database.TelemetryAsync(TelemetryCaller.Organisation, some)));
    }

    private static EventRecord AnyEvent(Random random, long key, DateTimeOffset now)
    {
        var (person, terminal) = (random.Next(3), random.Next(2));
        var kind = random.GetItems(s_kinds, 1)[0];
        long? ms = random.Next(10) switch { 0 => null, 1 => random.NextInt64(), 2 => random.Next(20), < 7 => 100 + random.Next(8), _ => (long)Math.Exp(random.NextDouble() * 10) };
        // A session keeps its terminal: the recount takes it from there.
        var origin = From($"p{person}@example.org", session: $"{person}-{terminal}", terminal: $"term-{terminal}");
        var record = Event(kind, key, now.AddHours(-9 * random.Next(4)).AddMinutes(random.Next(-90, 1)), origin, $"name-{random.Next(2)}", random.Next(2) == 0 ? "success" : "failure", ms: ms);
        return kind is EventKind.ApiRequest ? record with { Model = $"name-{random.Next(2)}", Name = "" } : record;
    }

    private static Task<List<Bucket>> StoredAsync(TestDatabase database) => database.ListAsync(
        """
        SELECT subject_id, day * 24 + hour_of_day, terminal_id, is_tool, name_id, bucket, count
        FROM telemetry_durations ORDER BY subject_id, day, hour_of_day, terminal_id, is_tool, name_id, bucket
        """,
        rows => new Bucket(rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Bool(3), rows.Int64(4), rows.Int32(5), rows.Int64(6)));

    private static async Task<List<Bucket>> RecountAsync(TestDatabase database)
    {
        var events = await database.ListAsync(
            """
            SELECT e.subject_id, e.at, s.terminal_id, e.kind, e.model_id, e.name_id, e.duration_ms
            FROM telemetry_events e JOIN telemetry_sessions s ON s.session_ref = e.session_ref
            WHERE e.kind IN ('api_request', 'tool_result') AND e.duration_ms IS NOT NULL
            """,
            rows => (Subject: rows.Int64(0), At: rows.Int64(1), Terminal: rows.Int64(2), IsTool: rows.Text(3) is "tool_result", Model: rows.Int64(4), Tool: rows.Int64(5), Ms: rows.Int64(6)));
        return
        [
            .. events.CountBy(row => new Bucket(row.Subject, row.At / Hour, row.Terminal, row.IsTool, row.IsTool ? row.Tool : row.Model, BucketOf(row.Ms), 0))
                .Select(pair => pair.Key with { Count = pair.Value })
                .OrderBy(row => row.Subject).ThenBy(row => row.Hour).ThenBy(row => row.Terminal).ThenBy(row => row.IsTool).ThenBy(row => row.Name).ThenBy(row => row.Number),
        ];
    }

    /// <summary>Sixteen buckets to a doubling, counted up one doubling at a time.</summary>
    private static int BucketOf(long ms)
    {
        var doublings = 0;
        for (; ms >= 32; ms /= 2)
        {
            doublings++;
        }

        return (int)Math.Min(639, (16 * doublings) + ms);
    }

    /// <summary>Each day's durations and its version.</summary>
    private static async Task<Dictionary<int, (long Durations, long Version)>> DaysAsync(TestDatabase database)
    {
        var durations = (await database.ListAsync("SELECT day, CAST(sum(count) AS bigint) FROM telemetry_durations GROUP BY day", rows => (Day: rows.Int32(0), Count: rows.Int64(1))))
            .ToDictionary(row => row.Day, row => row.Count);
        var versions = await database.ReadAsync(session => DayVersions.Read(session, CellsSql.Versions, 0, int.MaxValue));
        Assert.Subset(versions.Select(version => version.Day).ToHashSet(), durations.Keys.ToHashSet());
        return versions.ToDictionary(version => version.Day, version => (durations.GetValueOrDefault(version.Day), version.Version));
    }

    /// <summary>Pages keep a day in memory until its version changes.</summary>
    private static void AssertVersionsFollow(Dictionary<int, (long Durations, long Version)> before, Dictionary<int, (long Durations, long Version)> after) => Assert.All(
        after.Where(day => day.Value.Durations != before.GetValueOrDefault(day.Key).Durations),
        day => Assert.True(day.Value.Version > before.GetValueOrDefault(day.Key).Version, $"day {day.Key}"));

    private sealed record Bucket(long Subject, long Hour, long Terminal, bool IsTool, long Name, int Number, long Count);
}
