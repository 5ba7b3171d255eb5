using Ccflux.Receiver.Telemetry;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Telemetry.Store;
using static Ccflux.Receiver.Tests.Contracts.TelemetryGiven;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the store of labels, and the removal of old telemetry, promise.</summary>
[Collection<ContractTests>]
public sealed class TelemetryLabelContractTests
{
    private static readonly Origin s_amara = From("amara@example.org");

    [Theory, EachDatabase]
    public async Task Label_IsOneRowPerValue_WithTheTimeItWasStatedFor(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (at, now) = (database.Now, database.Now);
        foreach (var (value, first, last) in new[] { ("a", 0, 0), ("A", 0, 0), ("ä", 0, 0), ("a", -30, 30), ("a", -60, 0), ("a", 0, 60), ("a", -720, 0), ("a", -721, 0) })
        {
            await database.TelemetryAsync(TelemetryCaller.Organisation, new LabelRecord(s_amara, "team", value, at + (first * 60_000), at + (last * 60_000)));
            await database.ForgetTelemetryAsync();
        }

        await database.TelemetryAsync(TelemetryCaller.Organisation, new LabelRecord(s_amara, "Team", "a", at, at), new LabelRecord(From("ben@example.org"), "team", "a", at, at));

        Assert.Equal(
            [
                // The time is exact to the hour within a day, and exact between days.
                ("amara@example.org", "Team", "a", 0L, 0L), ("amara@example.org", "team", "A", 0L, 0L), ("amara@example.org", "team", "a", -721L, 60L),
                ("amara@example.org", "team", "ä", 0L, 0L),
                ("ben@example.org", "team", "a", 0L, 0L),
            ],
            (await LabelsAsync(database, now)).OrderBy(row => row.Who, StringComparer.Ordinal).ThenBy(row => row.Name, StringComparer.Ordinal)
                .ThenBy(row => row.Value, StringComparer.Ordinal));
    }

    [Theory, EachDatabase]
    public async Task Label_BeyondTheLimitOfValues_ReplacesTheOneStatedLongestAgo(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var at = database.Now;
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            [.. Enumerable.Range(0, LabelCache.MaxValues).Select(number => new LabelRecord(s_amara, "team", $"v{number:D2}", at, at + (number is 5 or 6 ? 0 : number + 1)))]);
        await database.ForgetTelemetryAsync();

        await database.TelemetryAsync(TelemetryCaller.Organisation, new LabelRecord(s_amara, "team", "too old", at - 2, at - 1));
        await database.TelemetryAsync(TelemetryCaller.Organisation, new LabelRecord(s_amara, "team", "newer", at, at + 99), new LabelRecord(s_amara, "another", "v", at, at));

        var values = (await LabelsAsync(database, at)).Where(row => row.Name == "team").Select(row => row.Value).Order(StringComparer.Ordinal).ToList();
        // Of the two stated longest ago, the first by name.
        Assert.Equal(["newer", .. Enumerable.Range(0, LabelCache.MaxValues).Where(number => number != 5).Select(number => $"v{number:D2}")], values);
        Assert.Equal([("label", 2L)], await database.ListAsync("SELECT name, count FROM telemetry_seen", rows => (rows.Text(0), rows.Int64(1))));
    }

    [Theory, EachDatabase]
    public async Task Remove_OldTelemetry_KeepsRollupsAndWhatTheLimitIncludes(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var limit = database.Time.GetUtcNow().AddDays(-30);
        var old = limit.AddDays(-1);
        foreach (var (key, at, session) in new[] { (1, old, "old"), (2, limit.AddMilliseconds(-1), "just"), (3, limit, "kept"), (4, limit.AddDays(1), "new") })
        {
            var origin = From("amara@example.org", "i", session);
            await database.TelemetryAsync(TelemetryCaller.Organisation, Request(key, at, origin, prompt: key));
            await database.TelemetryAsync(TelemetryCaller.Organisation, Delta(MetricKind.Commits, key, at, 1, origin), Cumulative(key, at.AddMinutes(-1), at, 1, origin));
        }

        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Label("gone", old), Label("gone", limit.AddMilliseconds(-1)), Label("gone", limit), Label("team", old), Label(LabelNames.Plan, old));
        var names = new LabelNames(new TelemetryOptions { Attributes = "team" });
        var job = database.Make<TelemetryHousekeeping>(new TelemetryOptions { RetentionDays = 30 }, names);

        Assert.True(await job.RunAsync(ContractTests.Token));

        Assert.Equal([3L, 4L], await KeysAsync("event_key", "telemetry_events"));
        // The day of the limit is whole.
        Assert.Equal([2L, 3L, 4L], await KeysAsync("point_key", "telemetry_points"));
        Assert.Equal([2L, 3L, 4L], await KeysAsync("prompt_key", "telemetry_prompts"));
        Assert.Equal([3L, 4L], await KeysAsync("stream_key", "telemetry_streams"));
        Assert.Equal(
            ["kept", "new"], await database.ListAsync("SELECT session_id FROM telemetry_sessions WHERE anonymous = 0 ORDER BY session_id", rows => rows.Text(0)));
        Assert.Equal(0,
            await database.ScalarAsync("SELECT count(*) FROM telemetry_session_usage u LEFT JOIN telemetry_sessions s ON s.session_ref = u.session_ref WHERE s.session_ref IS NULL"));
        Assert.Equal(4, await database.ScalarAsync("SELECT CAST(sum(requests) AS bigint) FROM telemetry_days"));
        Assert.Equal(4, await database.ScalarAsync("SELECT CAST(sum(count) AS bigint) FROM telemetry_day_counts WHERE kind = 'commit'"));
        Assert.Equal(
            [LabelNames.Plan, "gone", "team"], (await LabelsAsync(database, database.Now)).Select(row => row.Name).Order(StringComparer.Ordinal));

        Task<List<long>> KeysAsync(string column, string table) => database.ListAsync($"SELECT {column} FROM {table} ORDER BY 1", rows => rows.Int64(0));

        static LabelRecord Label(string name, DateTimeOffset at) =>
            new(s_amara, name, $"{at.ToUnixTimeMilliseconds()}", at.ToUnixTimeMilliseconds(), at.ToUnixTimeMilliseconds());
    }

    /// <summary>Times in minutes from <paramref name="now"/>.</summary>
    private static Task<List<(string Who, string Name, string Value, long First, long Last)>> LabelsAsync(TestDatabase database, long now) => database.ListAsync(
        "SELECT s.name, l.name, l.value, l.first_at, l.last_at FROM telemetry_labels l JOIN telemetry_subjects s ON s.subject_id = l.subject_id",
        rows => (rows.Text(0), rows.Text(1), rows.Text(2), (rows.Int64(3) - now) / 60_000, (rows.Int64(4) - now) / 60_000));
}
