using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ccflux.Receiver.Telemetry.Receive.Decode;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Bench.Ingest;

/// <summary>OTLP logs and metric points over loopback into the real receiver, and decoding alone.</summary>
internal static class OtlpRun
{
    private const string Token = "organisation-token-of-the-bench";
    private const int Batches = 1_500;
    private const int Connections = 16;
    private const int ManyConnections = 1_000;
    private const int FewRecords = 32;

    public static async Task<int> RunAsync(string program, string recording, Action<string, double, string, double?, string> print)
    {
        var folder = Directory.CreateTempSubdirectory("ccflux-bench-otlp-").FullName;
        try
        {
            Environment.SetEnvironmentVariable("OTLP_TOKEN", Token);
            Environment.SetEnvironmentVariable("OTLP_HTTP_ADDR", "");
            Environment.SetEnvironmentVariable("OTLP_GRPC_ADDR", "");
            var database = Path.Combine(folder, "ccflux.db");
            var batches = new OtlpBatches(await File.ReadAllBytesAsync(recording));
            var decoded = new OtlpBatches(await File.ReadAllBytesAsync(recording));
            var start = TimeProvider.System.GetUtcNow().AddDays(-1);
            using var receiver = new ReceiverProcess(program, database);
            await receiver.UntilItAnswersAsync();
            await Load.RunAsync(receiver.Address, Posts("logs", 100, () => batches.Logs(start)), Connections);

            print("otlp-decode", Decode(decoded.Logs(start)), "records/s", null, "one core, logs as protobuf, batches of 512 in the mix of a recorded run, decoded and normalised");
            var logs = await MeasureAsync("logs", () => batches.Logs(start));
            print("otlp-logs", logs.PerSecond, "records/s", 100_000, How(logs, "log records in the mix of a recorded run, of which those that a figure needs are stored"));
            var points = await MeasureAsync("metrics", () => batches.Points(start));
            print("otlp-points", points.PerSecond, "points/s", 100_000, How(points, "delta points, each stored as known and added to its rollups"));

            var many = Posts("logs", 4 * ManyConnections, () => batches.Logs(start, FewRecords));
            var took = await Load.RunAsync(receiver.Address, many, ManyConnections);
            print("otlp-1000-exporters", receiver.ResidentBytes >> 20, "MB", null, string.Create(CultureInfo.InvariantCulture, $"resident after {many.Length} requests of {FewRecords} records over {ManyConnections} connections at once, {many.Length / took.TotalSeconds:0} requests/s"));

            using var connection = SqlConnection.Open(database);
            var kept = batches.Kept;
            print("otlp-stored-events", connection.Scalar("SELECT count(*) FROM telemetry_events")!.Value, "rows", kept, "events in the database afterwards; baseline: events acknowledged");
            print("otlp-stored-points", connection.Scalar("SELECT count(*) FROM telemetry_points")!.Value, "rows", Batches * OtlpBatches.RecordsABatch, "points in the database afterwards; baseline: points acknowledged");
            await TelemetryYear.RunAsync(program, folder, print);
            return 0;

            async Task<(double PerSecond, double Processor)> MeasureAsync(string signal, Func<byte[]> make)
            {
                var requests = Posts(signal, Batches, make);
                var before = receiver.Processor;
                var elapsed = await Load.RunAsync(receiver.Address, requests, Connections);
                var records = Batches * (double)OtlpBatches.RecordsABatch;
                return (records / elapsed.TotalSeconds, (receiver.Processor - before).TotalMicroseconds / records);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string How((double PerSecond, double Processor) measured, string what) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} cores, {Connections} connections, load on the same machine, {Batches} batches of {OtlpBatches.RecordsABatch} {what}, synchronous=FULL; {measured.Processor:0.0} µs of its processor time each; baseline: the target");

    private static double Decode(byte[] batch)
    {
        var rules = new BatchRules(new HashSet<string>(["claude-code"], StringComparer.Ordinal), 0, long.MaxValue);
        var started = Stopwatch.GetTimestamp();
        var records = 0L;
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(3))
        {
            var builder = new BatchBuilder(rules);
            new OtlpProtobuf(batch, builder).Logs(batch.Length);
            records += builder.Build().Received;
        }

        return records / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static byte[][] Posts(string signal, int count, Func<byte[]> make)
    {
        var posts = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            var body = make();
            var head = Encoding.ASCII.GetBytes($"POST /v1/{signal} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {Token}\r\nContent-Type: application/x-protobuf\r\nContent-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n");
            posts[i] = [.. head, .. body];
        }

        return posts;
    }
}
