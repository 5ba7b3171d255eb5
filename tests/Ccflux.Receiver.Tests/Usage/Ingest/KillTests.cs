using Ccflux.Receiver.Tests.Usage.Ledger;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;
using SqliteDatabase = Ccflux.Storage.Sqlite.SqliteDatabase;

namespace Ccflux.Receiver.Tests.Usage.Ingest;

/// <summary>The real program, killed without warning while turns are being sent: what it acknowledged is stored, once.</summary>
public sealed class KillTests : IDisposable
{
    private static readonly int s_kills = TestDepth.Of(6, 20);
    private const int Senders = 200;
    private const string Access = "atok_of_the_kill_test";

    private readonly ReceiverProcess _receiver = new ReceiverProcess().With("RATE_LIMIT_PER_MINUTE", "1000000");

    private string DatabasePath => _receiver.DatabasePath;

    [Fact]
    public async Task Receiver_KilledAgainAndAgain_KeepsEveryAcknowledgedTurnOnce()
    {
        Prepare();
        var random = new Random(42);
        var acknowledged = new ConcurrentBag<string>();
        for (var round = 0; round < s_kills; round++)
        {
            var before = acknowledged.Count;
            await RunAndKillAsync(round, random.Next(1, 600), acknowledged);
            Assert.True(acknowledged.Count > before);
            AssertAllThereOnce(acknowledged);
        }

        Recount.AssertExact(DatabasePath);
    }

    public void Dispose() => _receiver.Dispose();

    private async Task RunAndKillAsync(int round, int killAfter, ConcurrentBag<string> acknowledged)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = Senders };
        using var client = new HttpClient(handler) { Timeout = TestDeadline.Ample };
        try
        {
            await _receiver.StartAsync();
            var flight = new Flight();
            await Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
            {
                // One turn after the other, so that there are as many in flight as senders whenever the process is killed.
                for (var i = flight.Begin(); await ReportAsync(client, _receiver.Address, round, i); i = flight.Begin())
                {
                    acknowledged.Add($"r{round}-{i % 7}|{i}");
                    if (flight.End() == killAfter)
                    {
                        flight.Killed();
                        _receiver.Kill();
                    }
                }
            }));
            Assert.InRange(flight.AtTheKill, 100, Senders);
        }
        finally
        {
            _receiver.Kill();
        }
    }

    private static async Task<bool> ReportAsync(HttpClient client, Uri address, int round, int index)
    {
        var batch = A.Batch(A.Turn($"r{round}-{index % 7}", index, DateTimeOffset.UtcNow.AddSeconds(-index)));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/report"))
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(batch, UsageJson.Default.RequestBatch)),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Access);
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

    private void AssertAllThereOnce(ConcurrentBag<string> acknowledged)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        var stored = connection.Query<long>("SELECT turn_key FROM turns").ToHashSet();
        Assert.DoesNotContain(acknowledged, turn => !stored.Contains(LedgerKey.OfTurn(Encoding.UTF8.GetBytes(turn.Replace('|', ' ')))));
    }

    private void Prepare()
    {
        using var connection = SqliteDatabase.OpenForWriting(DatabasePath);
        connection.ExecuteScript("""
            INSERT INTO users (user_id, email, created_at) VALUES (1, 'amara@example.org', 0);
            INSERT INTO refresh_tokens (token, email, expires_at) VALUES ('sha256:0', 'amara@example.org', '2999-01-01 00:00:00');
            """);
        connection.Execute("INSERT INTO access_tokens VALUES (@hash, 1, 'sha256:0', 0, 9999999999999)", ("hash", SecretToken.Hash(Access)));
    }

    /// <summary>Counts the turns in flight.</summary>
    private sealed class Flight
    {
        private int _begun;
        private int _ended;

        public int AtTheKill { get; private set; }

        public int Begin() => Interlocked.Increment(ref _begun) - 1;

        public int End() => Interlocked.Increment(ref _ended);

        public void Killed() => AtTheKill = Volatile.Read(ref _begun) - Volatile.Read(ref _ended);
    }
}
