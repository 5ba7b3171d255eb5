using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>The real program, killed without warning while telemetry is on its way: what it acknowledged is there, once, also after all of it came again.</summary>
public sealed class OtlpKillTests : IDisposable
{
    private const int Rounds = 20;
    private const int Senders = 24;
    private const int RequestsABatch = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-otlp-kill-").FullName;
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow.AddHours(-2);

    private string DatabasePath => Path.Combine(_folder, "ccflux.db");

    [Fact]
    public async Task Receiver_KilledTwentyTimes_KeepsEveryAcknowledgedBatchOnce()
    {
        var random = new Random(42);
        var acknowledged = new ConcurrentBag<int>();
        var sent = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var killAfter = acknowledged.Count + random.Next(1, 60);
            await RunAsync(async (client, address, process) => await Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
            {
                for (var batch = Interlocked.Increment(ref sent); await SendAsync(client, address, batch); batch = Interlocked.Increment(ref sent))
                {
                    acknowledged.Add(batch);
                    if (acknowledged.Count >= killAfter)
                    {
                        process.Kill();
                    }
                }
            })));
            Assert.Empty(acknowledged.SelectMany(Ids).Except(Stored(), StringComparer.Ordinal));
        }

        // An exporter that saw no answer sends again; here everything comes again.
        await RunAsync(async (client, address, _) =>
        {
            for (var batch = 1; batch <= sent; batch++)
            {
                Assert.True(await SendAsync(client, address, batch));
            }
        });
        AssertCountedOnce(sent);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IEnumerable<string> Ids(int batch) => Enumerable.Range(0, RequestsABatch).Select(i => $"req-{batch}-{i}");

    private void AssertCountedOnce(int batches)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        var requests = batches * RequestsABatch;
        Assert.Equal(requests, connection.ExecuteScalar<long>("SELECT count(*) FROM telemetry_events"));
        foreach (var table in new[] { "telemetry_hours", "telemetry_days" })
        {
            Assert.Equal(requests, connection.ExecuteScalar<long>($"SELECT sum(requests) FROM {table}"));
            Assert.Equal(requests * 20, connection.ExecuteScalar<long>($"SELECT sum(output_tokens) FROM {table} WHERE source = 'events'"));
            Assert.Equal(batches * 7, connection.ExecuteScalar<long>($"SELECT sum(output_tokens) FROM {table} WHERE source = 'metrics'"));
        }

        Assert.Equal(requests, connection.ExecuteScalar<long>("SELECT sum(requests) FROM telemetry_session_usage"));
    }

    private List<string> Stored()
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        return connection.Query<string>("SELECT request_id FROM telemetry_events").AsList();
    }

    /// <summary>Requests of one session and a point of another, so that each source is counted.</summary>
    private async Task<bool> SendAsync(HttpClient client, Uri address, int batch)
    {
        var at = _start.AddMilliseconds(batch);
        return await PostAsync(client, address, "logs", Otlp.Logs([.. Ids(batch).Select(id => Otlp.Request(id, session: $"s{batch % 9}", at: at))]))
            && await PostAsync(client, address, "metrics", Otlp.Tokens(false, Otlp.Point(7, _start, at, session: "points")));
    }

    private static async Task<bool> PostAsync(HttpClient client, Uri address, string signal, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/v1/" + signal)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", OtlpHost.Token);
        try
        {
            using var response = await client.SendAsync(request);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task RunAsync(Func<HttpClient, Uri, Process, Task> work)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = Senders };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) };
        using var process = Start(out var address);
        try
        {
            await UntilItAnswersAsync(client, address, process);
            await work(client, address, process);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private Process Start(out Uri address)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        address = new Uri($"http://{listener.LocalEndpoint}");
        listener.Stop();
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Ccflux.Receiver", configuration, "ccflux-receiver"));
        var start = new ProcessStartInfo(program) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["DATABASE_PATH"] = DatabasePath;
        start.Environment["LISTEN_ADDR"] = address.Authority;
        start.Environment["OTLP_TOKEN"] = OtlpHost.Token;
        start.Environment["OTLP_HTTP_ADDR"] = "";
        start.Environment["OTLP_GRPC_ADDR"] = "";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task UntilItAnswersAsync(HttpClient client, Uri address, Process process)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            Assert.False(process.HasExited, "the receiver ended at its start");
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(30), "the receiver does not answer");
            try
            {
                using var response = await client.GetAsync(new Uri(address, "/health"));
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(10);
            }
        }
    }
}
