using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Bench.Dashboard;

/// <summary>Requests pages from a running receiver (SERVER_PID), one after the other over one connection, and compares the time with plain queries over the facts.</summary>
internal sealed class Measurement(string path, Uri address, string token)
{
    private const int Requests = 200;
    private const int WarmUp = 10;

    public async Task RunAsync(IEnumerable<string> pages)
    {
        using var connection = SqliteConnection.Open(path);
        var stored = connection.Scalar(BenchSql.CountRequests) ?? 0;
        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        var scans = Scan(connection);
        foreach (var page in pages)
        {
            var first = await TimeAsync(client, page);
            for (var i = 0; i < WarmUp; i++)
            {
                _ = await TimeAsync(client, page);
            }

            var before = ProcessorTime();
            var changed = await SampleAsync(client, page, i => Change(connection, (i % Generator.Users) + 1));
            var processor = (ProcessorTime() - before) / Requests;
            var quiet = await SampleAsync(client, page, _ => { });
            var how = $"GET {page}, {Requests} requests in turn over one loopback connection, time to the last byte; {stored} model requests of {Generator.Users} users in {Generator.Days} days";
            Print($"dashboard {page} p95", changed.P95, scans, how + "; before each request a row of today changes. Baseline: the plain full-scan queries over the stored requests, added up");
            Print($"dashboard {page} median", changed.Median, scans, how + "; before each request a row of today changes");
            Print($"dashboard {page} processor time", processor, scans, how + "; user and system time of the receiver's process, for one request of the same run; other load on the machine hardly moves it");
            Print($"dashboard {page} p95, nothing changed", quiet.P95, scans, how);
            Print($"dashboard {page} first", first, scans, how + "; the first request after start");
        }
    }

    private static void Change(SqliteConnection connection, int user)
    {
        connection.Begin();
        connection.Execute(BenchSql.Touch, ("user", user));
        connection.Execute(BenchSql.CountChange);
        connection.Commit();
    }

    private static double ProcessorTime()
    {
        using var server = Process.GetProcessById(int.Parse(Environment.GetEnvironmentVariable("SERVER_PID")!, CultureInfo.InvariantCulture));
        return server.TotalProcessorTime.TotalMilliseconds;
    }

    private static double Scan(SqliteConnection connection)
    {
        var month = TimeProvider.System.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds();
        var total = 0.0;
        foreach (var (name, text) in BenchSql.Scans)
        {
            var times = new List<double>();
            for (var run = 0; run < 2; run++)
            {
                var started = Stopwatch.GetTimestamp();
                using var rows = connection.Query(text, ("since", month));
                while (rows.Read())
                {
                }

                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            total += times.Min();
            Print($"dashboard scan {name}", times.Min(), null, "the same figures from the facts alone, better of two runs");
        }

        return total;
    }

    private static async Task<(double Median, double P95)> SampleAsync(HttpClient client, string page, Action<int> before)
    {
        var times = new List<double>(Requests);
        for (var i = 0; i < Requests; i++)
        {
            before(i);
            times.Add(await TimeAsync(client, page));
        }

        times.Sort();
        return (times[Requests / 2], times[Requests * 95 / 100]);
    }

    private static async Task<double> TimeAsync(HttpClient client, string page)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await client.GetAsync(new Uri(page, UriKind.Relative));
        _ = await answer.Content.ReadAsByteArrayAsync();
        var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        answer.EnsureSuccessStatusCode();
        return elapsed;
    }

    private static void Print(string name, double value, double? baseline, string how) => Console.WriteLine(JsonSerializer.Serialize(new
    {
        name,
        value = Math.Round(value, 2),
        unit = "ms",
        baseline = baseline is { } whole ? Math.Round(whole, 1) : (double?)null,
        ratio = baseline is { } b ? Math.Round(b / value, 1).ToString(CultureInfo.InvariantCulture) : null,
        how,
    }));
}
