using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Bench.Ingest;

/// <summary>A year of 500 people's daily telemetry, and how long the page's whole read takes over it.</summary>
internal static class TelemetryYear
{
    private const string AdminToken = "admin-token-of-the-bench";
    private const int Requests = 40;

    private const string Fill = """
        INSERT INTO telemetry_names (name_id, name) VALUES (1, 'vscode'), (2, 'claude-opus-5-5'), (3, 'claude-haiku-5-5'), (4, 'Bash'), (5, 'success');
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
        INSERT INTO telemetry_subjects (subject_id, kind, name, first_at) SELECT i, 'claimed', 'user' || i || '@example.org', 0 FROM n;
        """;

    private const string FillDay = """
        INSERT INTO telemetry_days SELECT ?1, subject_id, 1, 2 + m, 'events', 100, 1, 1000, 2000, 30000, 4000, 5000000, ?2
        FROM telemetry_subjects CROSS JOIN (SELECT 0 AS m UNION SELECT 1)
        """;

    private const string FillDayCounts = """
        INSERT INTO telemetry_day_counts SELECT ?1, subject_id, 1, k, 4, 5, 10, CASE k WHEN 'tool' THEN ?2 END
        FROM telemetry_subjects CROSS JOIN (SELECT 'tool' AS k UNION SELECT 'decision' UNION SELECT 'session' UNION SELECT 'conversation')
        """;

    public static async Task RunAsync(string program, string folder, Action<string, double, string, double?, string> print)
    {
        var database = Path.Combine(folder, "year.db");
        Make(database);
        Environment.SetEnvironmentVariable("ADMIN_TOKEN", AdminToken);
        Environment.SetEnvironmentVariable("ADMIN_RATE_LIMIT_PER_MINUTE", "1000000");
        using var receiver = new ReceiverProcess(program, database);
        await receiver.UntilItAnswersAsync();
        using var client = new HttpClient { BaseAddress = new Uri($"http://{receiver.Address}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        foreach (var (period, days) in new[] { ("30d", 30), ("90d", 90) })
        {
            await client.GetByteArrayAsync(new Uri($"/api/v1/telemetry/summary?period={period}", UriKind.Relative));
            var times = new double[Requests];
            for (var i = 0; i < Requests; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await client.GetByteArrayAsync(new Uri($"/api/v1/telemetry/summary?period={period}", UriKind.Relative));
                times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }

            Array.Sort(times);
            print($"telemetry-page-{period}", times[(int)(Requests * 0.95)], "ms", null, string.Create(CultureInfo.InvariantCulture, $"95th percentile of {Requests} whole reads of the page (by the API, nothing cached), {days} days and as many before, over a year of 500 users' rollups; median {times[Requests / 2]:0} ms"));
        }
    }

    private static void Make(string database)
    {
        using var connection = SqliteDatabase.OpenForWriting(database);
        var latency = new LatencyHistogram();
        for (var i = 1; i <= 100; i++)
        {
            latency.Add(i * i * 7 % 9000);
        }

        connection.ExecuteScript("BEGIN");
        connection.ExecuteScript(Fill);
        var today = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / Clock.DayMs;
        for (var day = today - 364; day <= today; day++)
        {
            connection.Execute(FillDay, day, latency.ToArray());
            connection.Execute(FillDayCounts, day, latency.ToArray());
        }

        connection.ExecuteScript("COMMIT");
    }
}
