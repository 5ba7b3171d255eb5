using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Reading;
using static Ccflux.Receiver.Tests.Contracts.TelemetryGiven;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What telemetry's rollups, and the rows that keep a record from counting twice, promise.</summary>
[Collection<ContractTests>]
public sealed class TelemetryRollupContractTests
{
    private static readonly Origin s_amara = From("amara@example.org", "i");

    [Theory, EachDatabase]
    public async Task Requests_AddUpByHourAndDay(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, at, s_amara, ms: 100), Request(2, at.AddMinutes(1), s_amara, ms: null));
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(3, at.AddMinutes(59), s_amara, ms: 100), Request(4, at.AddHours(1), s_amara, ms: 9000),
            Request(5, at, s_amara, "n"));
        await database.TelemetryAsync(TelemetryCaller.Organisation, Event(EventKind.ApiError, 6, at, s_amara, "429", source: "main"));
        var (hour, day) = (database.Now / Hour, database.Now / Day);

        Assert.Equal(
            [
                (hour, "", 0L, 1L, (0L, 0L, 0L, 0L, 0L)), (hour, "m", 3L, 0L, (3L, 6L, 9L, 12L, 15L)), (hour, "n", 1L, 0L, (1L, 2L, 3L, 4L, 5L)),
                (hour + 1, "m", 1L, 0L, (1L, 2L, 3L, 4L, 5L)),
            ],
            await RequestsAsync(database, "hour", "telemetry_hours"));
        Assert.Equal(
            [(day, "", 0L, 1L, (0L, 0L, 0L, 0L, 0L)), (day, "m", 4L, 0L, (4L, 8L, 12L, 16L, 20L)), (day, "n", 1L, 0L, (1L, 2L, 3L, 4L, 5L))],
            await RequestsAsync(database, "day", "telemetry_days"));
    }

    [Theory, EachDatabase]
    public async Task Counts_AddUpByHourAndDay_WithNameAndDetail(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Event(EventKind.ToolResult, 1, at, s_amara, "Bash", "success", ms: 10), Event(EventKind.ToolResult, 2, at.AddHours(1), s_amara, "Bash", "success", ms: 20),
            Event(EventKind.ToolResult, 3, at, s_amara, "Bash", "failure"), Event(EventKind.ToolDecision, 4, at, s_amara, "Edit", "accept", "config"),
            Event(EventKind.Compaction, 5, at, s_amara, "auto", "success"), Event(EventKind.SubagentCompleted, 6, at, s_amara, "explore"),
            Event(EventKind.Dropped, 7, at, s_amara),
            Request(8, at, s_amara, prompt: 77), Request(9, at, s_amara, prompt: 77), Request(10, at, s_amara, prompt: -1));
        await database.ForgetTelemetryAsync();
        await database.TelemetryAsync(TelemetryCaller.Organisation, Event(EventKind.ToolResult, 11, at, s_amara, "Bash", "success", ms: 30),
            Request(12, at, s_amara, prompt: 77));
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Delta(MetricKind.Lines, 21, at, 40, s_amara, "added"), Delta(MetricKind.Commits, 22, at, 2, s_amara), Delta(MetricKind.PullRequests, 23, at, 1, s_amara),
            Delta(MetricKind.ActiveTime, 24, at, 5000, s_amara, "cli"), Delta(MetricKind.EditDecisions, 25, at, 3, s_amara, "Edit", detail: "accept", source: "user"),
            Delta(MetricKind.Sessions, 26, at, 1, s_amara, "fresh"), Delta(MetricKind.Sessions, 27, at, 1, From("amara@example.org", "i", null), "fresh"));

        Assert.Equal(
            [
                "active_time cli  5000", "commit   2", "compaction auto success 1", "conversation   2", "decision Edit accept:config 1", "edit_decision Edit accept:user 3",
                "lines added  40",
                "pull_request   1", "session   1", "session_anonymous fresh  1", "session_start fresh  1", "subagent explore  1", "tool Bash failure 1",
                "tool Bash success 3",
            ],
            await CountsAsync(database, "telemetry_day_counts"));
        Assert.Contains("tool Bash success 2", await CountsAsync(database, "telemetry_hour_counts"));
        Assert.Contains("tool Bash success 1", await CountsAsync(database, "telemetry_hour_counts"));
    }

    [Theory, EachDatabase]
    public async Task Durations_AddUpByHourAndBucket_OfModelsAndTools(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        // A tool may be called like a model.
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Request(1, at, s_amara, ms: 100), Request(2, at, s_amara, ms: 103), Request(3, at, s_amara, ms: null), Request(4, at, s_amara, ms: 0), Request(5, at, s_amara, ms: long.MaxValue),
            Event(EventKind.ToolResult, 6, at, s_amara, "m", "success", ms: 100), Event(EventKind.ToolResult, 7, at, s_amara, "m", "failure", ms: 100),
            Event(EventKind.ToolResult, 8, at, s_amara, "m", "failure"));
        await database.ForgetTelemetryAsync();
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, at, s_amara, ms: 100), Request(9, at, s_amara, ms: 101), Request(10, at.AddHours(1), s_amara, ms: 100));

        var hour = database.Now / Hour;
        Assert.Equal(
            [(hour, false, "m", 0, 1L), (hour, false, "m", 57, 3L), (hour, false, "m", 639, 1L), (hour, true, "m", 57, 2L), (hour + 1, false, "m", 57, 1L)],
            await DurationsAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Durations_OfEverybody_AddUpByHourAndDay(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (at, ben) = (database.Time.GetUtcNow(), From("ben@example.org"));
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Request(1, at, s_amara, ms: 100), Request(2, at, ben, ms: 103), Request(3, at, ben, ms: null), Event(EventKind.ToolResult, 4, at, ben, "m", "success", ms: 100));
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(5, at, ben, ms: 100), Request(6, at.AddHours(1), ben, ms: 100), Request(6, at.AddHours(1), ben, ms: 100));

        var (hour, day) = (database.Now / Hour, database.Now / Day);
        Assert.Equal(
            [(false, hour, false, "m", "vscode", 57, 0, 3L), (false, hour, true, "m", "vscode", 57, 0, 1L), (false, hour + 1, false, "m", "vscode", 57, 0, 1L),
             (true, day, false, "m", "vscode", 57, 0, 4L), (true, day, true, "m", "vscode", 57, 0, 1L)],
            await SumsAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Delta_ThatComesAgain_AddsNothing(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        var point = Delta(MetricKind.Tokens, 7, at, 100, s_amara, "input", "m");

        Assert.Equal(new StoredCounts(1, 1), await database.TelemetryAsync(TelemetryCaller.Organisation, point, point));
        Assert.Equal(new StoredCounts(0, 1), await database.TelemetryAsync(TelemetryCaller.Organisation, point));
        Assert.Equal(new StoredCounts(2, 0),
            await database.TelemetryAsync(TelemetryCaller.Organisation, point with { PointKey = 8, Name = "output" }, point with { Origin = From("b@example.org") }));

        Assert.Equal(
            [("amara@example.org", 100L, 100L), ("b@example.org", 100L, 0L)],
            await database.ListAsync(
                "SELECT s.name, d.input_tokens, d.output_tokens FROM telemetry_days d JOIN telemetry_subjects s ON s.subject_id = d.subject_id WHERE d.source = 'metrics' ORDER BY s.name",
                rows => (rows.Text(0), rows.Int64(1), rows.Int64(2))));
    }

    [Theory, EachDatabase]
    public async Task Cumulative_AddsTheGrowthOfItsStream(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        foreach (var (stream, minute, value, expected) in new[] { (1, 0, 10L, 10L), (1, 2, 25L, 25L), (1, 1, 20L, 25L), (1, 2, 30L, 25L), (2, 2, 5L, 30L), (1, 3, 4L, 34L),
            (1, 4, 4L, 34L) })
        {
            await database.TelemetryAsync(TelemetryCaller.Organisation, Cumulative(stream, at, at.AddMinutes(minute), value, s_amara));
            Assert.Equal((stream, minute, (long?)expected), (stream, minute, await SumAsync(database, "metrics")));
        }

        // The same stream under the key that an earlier version gave it.
        await database.TelemetryAsync(TelemetryCaller.Organisation, Cumulative(3, at, at.AddMinutes(5), 6, s_amara, earlier: 1));
        Assert.Equal(36, await SumAsync(database, "metrics"));
        await database.TelemetryAsync(TelemetryCaller.Organisation, Cumulative(3, at, at.AddMinutes(6), 7, s_amara, earlier: 1));
        Assert.Equal(37, await SumAsync(database, "metrics"));
        Assert.Equal(
            [(1L, 4L), (2L, 5L), (3L, 7L)],
            await database.ListAsync("SELECT stream_key, last_value FROM telemetry_streams ORDER BY stream_key", rows => (rows.Int64(0), rows.Int64(1))));
    }

    [Theory, EachDatabase]
    public async Task Metrics_OfASessionThatEventsDescribe_AreShadowed(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        var (other, none) = (From("amara@example.org", "i", "t"), From("amara@example.org", "i", null));
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Delta(MetricKind.Tokens, 1, at, 100, s_amara, "input", "m"), Delta(MetricKind.Cost, 2, at.AddHours(-1), 7, s_amara, model: "m"),
            Delta(MetricKind.Tokens, 3, at, 10, other, "input", "m"),
            Delta(MetricKind.Tokens, 4, at, 1000, none, "input", "m"));
        Assert.Equal((1110, null), (await SumAsync(database, "metrics"), await SumAsync(database, "shadowed")));
        await database.ForgetTelemetryAsync();

        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, at, s_amara));
        Assert.Equal((10, 1100, 1), (await SumAsync(database, "metrics"), await SumAsync(database, "shadowed"), await SumAsync(database, "events")));
        await database.ForgetTelemetryAsync();

        await database.TelemetryAsync(TelemetryCaller.Organisation, Delta(MetricKind.Tokens, 5, at, 20, s_amara, "input", "m"),
            Delta(MetricKind.Tokens, 6, at, 1, other, "input", "m"));
        Assert.Equal((11, 1120, 1), (await SumAsync(database, "metrics"), await SumAsync(database, "shadowed"), await SumAsync(database, "events")));

        Assert.Equal(
            [("s", "events", 1L, 1L, 5L), ("s", "metrics", 0L, 120L, 7L), ("t", "metrics", 0L, 11L, 0L)],
            await database.ListAsync(
                """
                SELECT s.session_id, u.source, CAST(sum(u.requests) AS bigint), CAST(sum(u.input_tokens) AS bigint), CAST(sum(u.cost) AS bigint)
                FROM telemetry_session_usage u JOIN telemetry_sessions s ON s.session_ref = u.session_ref WHERE s.anonymous = 0
                GROUP BY s.session_id, u.source ORDER BY s.session_id, u.source
                """,
                rows => (rows.Text(0), rows.Text(1), rows.Int64(2), rows.Int64(3), rows.Int64(4))));
    }

    [Theory, EachDatabase]
    public async Task Sums_BeyondTheLargestInteger_StayThere(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        foreach (var key in (long[])[1, 2])
        {
            await database.TelemetryAsync(TelemetryCaller.Organisation,
                Request(key, at, s_amara) with { Sums = new RequestSums(1, 6_000_000_000_000_000_000, 0, 0, 6_000_000_000_000_000_000) });
        }

        foreach (var table in (string[])["telemetry_hours", "telemetry_days", "telemetry_session_usage"])
        {
            Assert.Equal([(2L, long.MaxValue, long.MaxValue)],
                await database.ListAsync($"SELECT input_tokens, output_tokens, cost FROM {table}", rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2))));
        }
    }

    [Theory, EachDatabase]
    public async Task DayVersions_ChangeWithTheirDay_AndOnlyWithIt(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Time.GetUtcNow();
        var day = (int)(database.Now / Day);
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, at, s_amara), Request(2, at.AddDays(-1), s_amara), Request(3, at.AddDays(-3), s_amara));
        var before = await VersionsAsync();

        await database.TelemetryAsync(TelemetryCaller.Organisation, Event(EventKind.UserPrompt, 4, at, s_amara));
        var after = await VersionsAsync();

        Assert.Equal([day - 1, day], before.Select(version => version.Day));
        Assert.Equal(before[0], after[0]);
        Assert.True(after[1].Version > before[1].Version);

        Task<IReadOnlyList<(int Day, long Version)>> VersionsAsync() => database.ReadAsync(session => DayVersions.Read(session, CellsSql.Versions, day - 1, day));
    }

    private static Task<List<(long, string, long, long, (long, long, long, long, long))>> RequestsAsync(
        TestDatabase database, string time, string table) => database.ListAsync(
        $"""
        SELECT t.{time}, m.name, t.requests, t.errors, t.input_tokens, t.output_tokens, t.cache_read_tokens, t.cache_write_tokens, t.cost
        FROM {table} t JOIN telemetry_names m ON m.name_id = t.model_id WHERE t.source = 'events' ORDER BY 1, 2
        """,
        rows => (rows.Int64(0), rows.Text(1), rows.Int64(2), rows.Int64(3), (rows.Int64(4), rows.Int64(5), rows.Int64(6), rows.Int64(7), rows.Int64(8))));

    private static async Task<List<string>> CountsAsync(TestDatabase database, string table) =>
    [
        .. (await database.ListAsync(
            $"""
            SELECT c.kind, coalesce(n.name, ''), coalesce(d.name, ''), c.count
            FROM {table} c LEFT JOIN telemetry_names n ON n.name_id = c.name_id LEFT JOIN telemetry_names d ON d.name_id = c.detail_id
            """,
            rows => $"{rows.Text(0)} {rows.Text(1)} {rows.Text(2)} {rows.Int64(3)}")).Order(StringComparer.Ordinal),
    ];

    /// <summary>The hour, whether it is a tool, its name or the model's, the bucket and its count.</summary>
    private static Task<List<(long Hour, bool IsTool, string Name, int Bucket, long Count)>> DurationsAsync(TestDatabase database) => database.ListAsync(
        """
        SELECT d.day * 24 + d.hour_of_day, d.is_tool, n.name, d.bucket, d.count
        FROM telemetry_durations d JOIN telemetry_names n ON n.name_id = d.name_id ORDER BY 1, 2, 3, 4
        """,
        rows => (rows.Int64(0), rows.Bool(1), rows.Text(2), rows.Int32(3), rows.Int64(4)));

    private static Task<List<(bool IsDay, long Period, bool IsTool, string Name, string Terminal, int Bucket, int Writer, long Count)>> SumsAsync(TestDatabase database) =>
        database.ListAsync(
            """
            SELECT d.is_day, d.period, d.is_tool, n.name, t.name, d.bucket, d.writer, d.count
            FROM telemetry_duration_sums d JOIN telemetry_names n ON n.name_id = d.name_id JOIN telemetry_names t ON t.name_id = d.terminal_id ORDER BY 1, 2, 3, 4, 5, 6
            """,
            rows => (rows.Bool(0), rows.Int64(1), rows.Bool(2), rows.Text(3), rows.Text(4), rows.Int32(5), rows.Int32(6), rows.Int64(7)));

    /// <summary>Input tokens of one source; null if it has no row.</summary>
    private static Task<long?> SumAsync(TestDatabase database, string source) =>
        database.ScalarAsync("SELECT CAST(sum(input_tokens) AS bigint) FROM telemetry_days WHERE source = @source", ("source", source));
}
