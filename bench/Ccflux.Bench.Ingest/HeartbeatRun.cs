using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Storage.Sqlite;
using Ccflux.Testing;

namespace Ccflux.Bench.Ingest;

/// <summary>Ten thousand live sessions: a thousand agents with ten each, and a signed heartbeat from each agent every five seconds by its own clock,
/// not depending on the receiver's answers. A fifth of the sessions change their state from one heartbeat to the next.</summary>
internal static class HeartbeatRun
{
    private const int Agents = 1000;
    private const int SessionsEach = 10;
    private const int Repeats = 8;
    private const int Connections = 64;

    private const string InsertAgent = """
        INSERT INTO fleet_agents (agent_id, machine, config_dir_id, platform, version, signing_key, sealing_key, enrolled_at)
        VALUES (@agent, @machine, @config_dir, 'linux-x86_64', '1.0.0', @key, '', 0)
        """;

    public static async Task<int> RunAsync(Action<string, double, string, double?, string> print)
    {
        var keyRing = Directory.CreateTempSubdirectory("ccflux-bench-").FullName;
        try
        {
            using var receiver = new ReceiverProcess().With("FLEET", "1").With("VAULT_KEY_PATH", keyRing);
            var keys = Enumerable.Range(0, Agents).Select(_ => new DeviceKey()).ToArray();
            Prepare(receiver.DatabasePath, keys);
            await receiver.StartAsync();
            var requests = Requests(keys);
            var latencies = new double[requests.Length];
            await SendAsync(receiver, requests.AsMemory(0, Agents), new double[Agents]); // connections, caches, first exchanges
            var (before, started) = (receiver.ProcessorTime, Stopwatch.GetTimestamp());
            await SendAsync(receiver, requests.AsMemory(Agents), latencies);
            var elapsed = Stopwatch.GetElapsedTime(started);
            var processor = receiver.ProcessorTime - before;
            var sorted = latencies.AsSpan(Agents).ToArray();
            Array.Sort(sorted);
            var cores = Environment.ProcessorCount;
            var how = string.Create(CultureInfo.InvariantCulture, $"{Agents} agents with {SessionsEach} sessions each, a signed heartbeat every {FleetLimits.HeartbeatSeconds} s for {elapsed.TotalSeconds:0} s, load on the same {cores} cores");
            print("heartbeats-cpu", 100 * processor / elapsed / cores, "% of all cores", null, $"{how}; {processor.TotalMicroseconds / sorted.Length:0} µs of processor time a heartbeat");
            print("heartbeats-p50", sorted[sorted.Length / 2], "ms", null, "from when it was due to its answer");
            print("heartbeats-p99", sorted[sorted.Length * 99 / 100], "ms", null, "from when it was due to its answer");
            print("heartbeats-memory", receiver.ResidentBytes >> 20, "MB", null, $"resident afterwards, {Agents * SessionsEach} sessions live");
            return 0;
        }
        finally
        {
            Directory.Delete(keyRing, recursive: true);
        }
    }

    private static void Prepare(string database, DeviceKey[] keys)
    {
        using var connection = SqliteDatabase.OpenForWriting(database);
        connection.ExecuteScript("BEGIN");
        for (var i = 0; i < keys.Length; i++)
        {
            connection.Execute(
                InsertAgent, ("agent", $"agent-{i}"), ("machine", $"machine-{i}"), ("config_dir", i.ToString("x16", CultureInfo.InvariantCulture)), ("key", keys[i].PublicKey));
        }

        connection.ExecuteScript("COMMIT");
    }

    /// <summary>Signed within the minute, which is well within the validity of a signature.</summary>
    private static byte[][] Requests(DeviceKey[] keys)
    {
        var now = TimeProvider.System.GetUtcNow();
        var timestamp = SignatureHeader.FormatTimestamp(now);
        var requests = new byte[Repeats * Agents][];
        Parallel.For(0, requests.Length, i =>
        {
            var (round, agent) = (i / Agents, i % Agents);
            var heartbeat = new Heartbeat
            {
                Sequence = round + 1,
                Agent = new AgentInfo { Version = "1.0.0", Platform = "linux-x86_64", Login = LoginPlace.File },
                Applied = "0123456789ab",
                Confirmed = [],
                Refused = [],
                Sessions =
                [
                    .. Enumerable.Range(0, SessionsEach).Select(session => new LiveSession
                    {
                        SessionId = $"9f1a8809-75b5-4077-96c2-{agent:x6}{session:x6}",
                        State = (session + round) % SessionsEach < 2 ? SessionState.Tool : SessionState.Turn,
                        Model = "claude-opus-5-5",
                        Since = now.AddSeconds((session + round) % SessionsEach < 2 ? round : -session),
                    }),
                ],
            };
            var body = JsonSerializer.SerializeToUtf8Bytes(heartbeat, FleetJson.Default.Heartbeat);
            var head = $"""
                POST /heartbeat HTTP/1.1
                Host: localhost
                Content-Type: application/json
                Content-Length: {body.Length}
                {AgentHeader.Name}: agent-{agent}
                {SignatureHeader.Name}: {keys[agent].Header(body, timestamp)}
                {SignatureHeader.TimestampName}: {timestamp}


                """.ReplaceLineEndings("\r\n");
            requests[i] = [.. Encoding.ASCII.GetBytes(head), .. body];
        });
        return requests;
    }

    /// <summary>Sends each request at its own time, evenly spread over the rounds.</summary>
    private static async Task SendAsync(ReceiverProcess receiver, ReadOnlyMemory<byte[]> requests, double[] latencies)
    {
        var next = -1;
        var gap = TimeSpan.FromSeconds(FleetLimits.HeartbeatSeconds) / Agents;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, receiver.Address.Port);
            var buffer = new byte[4096];
            for (var i = Interlocked.Increment(ref next); i < requests.Length; i = Interlocked.Increment(ref next))
            {
                var wait = (i * gap) - Stopwatch.GetElapsedTime(started);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, TimeProvider.System, CancellationToken.None);
                }

                await socket.SendAsync(requests.Span[i]);
                await Load.ReadAsync(socket, buffer);
                latencies[^(requests.Length - i)] = (Stopwatch.GetElapsedTime(started) - (i * gap)).TotalMilliseconds;
            }
        })));
    }
}
