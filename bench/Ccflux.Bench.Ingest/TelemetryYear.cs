using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Ccflux.Receiver.Platform;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Sqlite;
using Ccflux.Testing;

namespace Ccflux.Bench.Ingest;

/// <summary>A year of daily telemetry from 500 people, and how long the page takes for it.</summary>
internal static class TelemetryYear
{
    private const string AdminToken = "admin-token-of-the-bench";
    private const int Users = 500;
    private const int Requests = 40;

    /// <summary>As many as the pages read. A whole year would be 52 million rows.</summary>
    private const int DaysWithDurations = 180;

    /// <summary>Requests before the measured ones, until the hot code is compiled.</summary>
    private const int WarmUp = 100;

    private static readonly string s_fill = string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO telemetry_names (name_id, name) VALUES (1, 'vscode'), (2, 'claude-opus-5-5'), (3, 'claude-haiku-5-5'), (4, 'Bash'), (5, 'success');
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Users})
        INSERT INTO telemetry_subjects (subject_id, kind, name, first_at) SELECT i, 'claimed', 'user' || i || '@example.org', 0 FROM n;
        """);

    private const string FillDay = """
        INSERT INTO telemetry_days SELECT @day, subject_id, 1, 2 + m, 'events', 100, 1, 1000, 2000, 30000, 4000, 5000000
        FROM telemetry_subjects CROSS JOIN (SELECT 0 AS m UNION SELECT 1)
        """;

    private const string FillDayCounts = """
        INSERT INTO telemetry_day_counts SELECT @day, subject_id, 1, k, 4, 5, 10
        FROM telemetry_subjects CROSS JOIN (SELECT 'tool' AS k UNION SELECT 'decision' UNION SELECT 'session' UNION SELECT 'conversation')
        """;

    /// <summary>What each person's durations of one model or tool are each day.</summary>
    private const string FillDurationsOfADay = "INSERT INTO durations_of_a_day VALUES (@hour, @bucket, @count)";

    /// <summary>The durations of two models and a tool, in the order of the key.</summary>
    private const string FillDurations = """
        INSERT INTO telemetry_durations SELECT s.subject_id, d.day, o.hour, 1, n.name_id = 4, n.name_id, o.bucket, o.count
        FROM telemetry_subjects s
        CROSS JOIN (SELECT DISTINCT day FROM telemetry_days WHERE day >= @first ORDER BY day) d
        CROSS JOIN (SELECT DISTINCT hour FROM durations_of_a_day ORDER BY hour) h
        CROSS JOIN telemetry_names n
        CROSS JOIN durations_of_a_day o ON o.hour = h.hour
        WHERE n.name_id IN (2, 3, 4)
        """;

    /// <summary>Their sums over everybody, by hour and by day.</summary>
    private static readonly string s_fillDurationSums = string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO telemetry_duration_sums
        WITH durations AS (
            SELECT d.day, o.hour, n.name_id, o.bucket, o.count * {Users} AS count
            FROM (SELECT DISTINCT day FROM telemetry_days WHERE day >= @first) d CROSS JOIN durations_of_a_day o CROSS JOIN telemetry_names n WHERE n.name_id IN (2, 3, 4))
        SELECT 0, day * 24 + hour, name_id = 4, name_id, 1, bucket, 0, count FROM durations
        UNION ALL SELECT 1, day, name_id = 4, name_id, 1, bucket, 0, sum(count) FROM durations GROUP BY day, name_id, bucket ORDER BY 1, 2, 3, 4, 5, 6
        """);

    private const string Touch = "UPDATE telemetry_days SET requests = requests + 1 WHERE day = @day AND subject_id = @subject";

    private static long Today => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / UnixTime.Day;

    public static async Task RunAsync(Action<string, double, string, double?, string> print)
    {
        using var receiver = new ReceiverProcess().With("ADMIN_TOKEN", AdminToken).With("ADMIN_RATE_LIMIT_PER_MINUTE", "1000000");
        Make(receiver.DatabasePath);
        await receiver.StartAsync();
        using var client = new HttpClient { BaseAddress = receiver.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        using var connection = SqliteConnection.Open(receiver.DatabasePath);
        foreach (var period in new[] { "7d", "30d", "90d" })
        {
            var first = await TimeAsync(client, period);
            for (var i = 0; i < WarmUp; i++)
            {
                connection.Execute(Touch, ("day", Today), ("subject", (i % Users) + 1));
                await TimeAsync(client, period);
            }

            var changed = new double[Requests];
            for (var i = 0; i < Requests; i++)
            {
                connection.Execute(Touch, ("day", Today), ("subject", (i % Users) + 1));
                changed[i] = await TimeAsync(client, period);
            }

            Array.Sort(changed);
            var p95 = changed[(int)(Requests * 0.95)];
            print($"telemetry-page-{period}", p95, "ms", null, string.Create(
                CultureInfo.InvariantCulture,
                $"95th percentile of {Requests} requests for /admin/telemetry in turn, a row of today changed before each, the period and as many days before, over a year of {Users} users' rollups; median {changed[Requests / 2]:0} ms, the first {first:0} ms"));
        }
    }

    /// <summary>Fills an empty database with the year.</summary>
    public static void Make(string database)
    {
        using var connection = SqliteDatabase.OpenForWriting(database);
        connection.ExecuteScript("BEGIN");
        connection.ExecuteScript(s_fill);
        for (var day = Today - 364; day <= Today; day++)
        {
            connection.Execute(FillDay, ("day", day));
            connection.Execute(FillDayCounts, ("day", day));
        }

        MakeDurations(connection);
        connection.ExecuteScript("COMMIT");
    }

    /// <summary>A hundred of each model and tool over a working day.</summary>
    private static void MakeDurations(SqliteConnection connection)
    {
        connection.ExecuteScript("CREATE TEMP TABLE durations_of_a_day (hour, bucket, count, PRIMARY KEY (hour, bucket)) WITHOUT ROWID");
        foreach (var row in Enumerable.Range(1, 100).GroupBy(i => (Hour: 9 + (i % 8), Bucket: LatencyHistogram.BucketOf(i * i * 7 % 9000))))
        {
            connection.Execute(FillDurationsOfADay, ("hour", row.Key.Hour), ("bucket", row.Key.Bucket), ("count", row.Count()));
        }

        var first = Today - DaysWithDurations + 1;
        connection.Execute(FillDurations, ("first", first));
        connection.Execute(s_fillDurationSums, ("first", first));
    }

    private static async Task<double> TimeAsync(HttpClient client, string period)
    {
        var started = Stopwatch.GetTimestamp();
        await client.GetByteArrayAsync(new Uri($"/admin/telemetry?period={period}", UriKind.Relative));
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
