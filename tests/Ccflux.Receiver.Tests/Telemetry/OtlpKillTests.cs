using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>The real program, killed without warning while telemetry is being sent: what it acknowledged is stored, once, even after everything was sent again.</summary>
public sealed class OtlpKillTests : IDisposable
{
    private static readonly int s_kills = TestDepth.Of(5, 20);
    private const int Senders = 24;
    private const int RequestsABatch = 5;

    private readonly ReceiverProcess _receiver = new ReceiverProcess().With("OTLP_TOKEN", OtlpHost.Token);
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow.AddHours(-2);

    private string DatabasePath => _receiver.DatabasePath;

    [Fact]
    public async Task Receiver_KilledAgainAndAgain_KeepsEveryAcknowledgedBatchOnce()
    {
        var random = new Random(42);
        var acknowledged = new ConcurrentBag<int>();
        var sent = 0;
        for (var round = 0; round < s_kills; round++)
        {
            var killAfter = acknowledged.Count + random.Next(1, 60);
            await RunAsync(async client => await Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
            {
                for (var batch = Interlocked.Increment(ref sent); await SendAsync(client, batch); batch = Interlocked.Increment(ref sent))
                {
                    acknowledged.Add(batch);
                    if (acknowledged.Count >= killAfter)
                    {
                        _receiver.Kill();
                    }
                }
            })));
            Assert.Empty(acknowledged.SelectMany(Ids).Except(Stored(), StringComparer.Ordinal));
        }

        // An exporter that got no answer sends again; here everything is sent again.
        await RunAsync(async client =>
        {
            for (var batch = 1; batch <= sent; batch++)
            {
                Assert.True(await SendAsync(client, batch));
            }
        });
        AssertCountedOnce(sent);
    }

    public void Dispose() => _receiver.Dispose();

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

    /// <summary>Sends requests of one session and a point of another, so that each source is counted.</summary>
    private async Task<bool> SendAsync(HttpClient client, int batch)
    {
        var at = _start.AddMilliseconds(batch);
        return await PostAsync(client, "logs", Otlp.Logs([.. Ids(batch).Select(id => Otlp.Request(id, session: $"s{batch % 9}", at: at))]))
            && await PostAsync(client, "metrics", Otlp.Tokens(false, Otlp.Point(7, _start, at, session: "points")));
    }

    private async Task<bool> PostAsync(HttpClient client, string signal, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_receiver.Address, "/v1/" + signal)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
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

    private async Task RunAsync(Func<HttpClient, Task> work)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = Senders };
        using var client = new HttpClient(handler) { Timeout = TestDeadline.Ample };
        try
        {
            await _receiver.StartAsync();
            await work(client);
        }
        finally
        {
            _receiver.Kill();
        }
    }
}
