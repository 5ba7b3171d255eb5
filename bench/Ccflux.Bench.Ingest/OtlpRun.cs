using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ccflux.Receiver.Telemetry.Receive;
using Ccflux.Storage.Sqlite;
using Ccflux.Testing;

namespace Ccflux.Bench.Ingest;

/// <summary>OTLP logs and metric points over loopback into the real receiver; decoding and storing measured separately; memory used by a thousand exporters.</summary>
internal static class OtlpRun
{
    private const string Token = "organisation-token-of-the-bench";
    private const int Batches = 800;
    private const int Connections = 16;
    private const int ManyConnections = 1_000;
    private const int FewRecords = 32;
    private const double Target = 100_000;

    private static readonly int s_runs = int.Parse(Environment.GetEnvironmentVariable("RUNS") ?? "5", CultureInfo.InvariantCulture);

    public static async Task<int> RunAsync(string recording, Action<string, double, string, double?, string> print)
    {
        var recorded = await File.ReadAllBytesAsync(recording);
        var start = TimeProvider.System.GetUtcNow().AddDays(-1);
        foreach (var signal in new[] { OtlpSignal.Logs, OtlpSignal.Metrics })
        {
            var (decode, store) = await OtlpStages.MeasureAsync(recorded, signal, start, s_runs);
            print($"otlp-decode-{Name(signal)}", decode.Median, "records/s", null, $"one core, protobuf, batches of {OtlpBatches.RecordsABatch} {What(signal)}: only decoded and normalised; {decode}");
            print($"otlp-store-{Name(signal)}", store.Median, "records/s", null, $"one core, the same batches, decoded, into a fresh database by the receiver's own writer, synchronous=FULL; {store}");
        }

        using var receiver = NewReceiver();
        var batches = new OtlpBatches(recorded);
        await receiver.StartAsync();
        await Load.RunAsync(receiver.Address, Posts("logs", 100, () => batches.Logs(start)), Connections);
        foreach (var signal in new[] { OtlpSignal.Logs, OtlpSignal.Metrics })
        {
            var rates = new double[s_runs];
            var before = receiver.ProcessorTime;
            for (var run = 0; run < s_runs; run++)
            {
                var posts = Posts(Name(signal), Batches, () => Make(batches, signal, start));
                rates[run] = Batches * OtlpBatches.RecordsABatch / (await Load.RunAsync(receiver.Address, posts, Connections)).TotalSeconds;
            }

            var processor = (receiver.ProcessorTime - before).TotalMicroseconds / (s_runs * Batches * OtlpBatches.RecordsABatch);
            print($"otlp-{Name(signal)}", new Spread(rates).Median, "records/s", Target, How(signal, new Spread(rates), processor));
        }

        using (var connection = SqliteConnection.Open(receiver.DatabasePath))
        {
            print("otlp-stored-events", connection.Scalar("SELECT count(*) FROM telemetry_events")!.Value, "rows", batches.Kept, "events in the database afterwards; baseline: events acknowledged");
            print("otlp-stored-points", connection.Scalar("SELECT count(*) FROM telemetry_points")!.Value, "rows", s_runs * Batches * OtlpBatches.RecordsABatch, "points in the database afterwards; baseline: points acknowledged");
        }

        await ManyExportersAsync(recorded, start, print);
        await TelemetryYear.RunAsync(print);
        return 0;
    }

    public static byte[] Make(OtlpBatches batches, OtlpSignal signal, DateTimeOffset start) => signal == OtlpSignal.Logs ? batches.Logs(start) : batches.Points(start);

    private static async Task ManyExportersAsync(byte[] recorded, DateTimeOffset start, Action<string, double, string, double?, string> print)
    {
        using var receiver = NewReceiver();
        var batches = new OtlpBatches(recorded);
        await receiver.StartAsync();
        var idle = receiver.ResidentBytes;
        var posts = Posts("logs", 4 * ManyConnections, () => batches.Logs(start, FewRecords));
        var took = await Load.RunAsync(receiver.Address, posts, ManyConnections);
        print("otlp-1000-exporters", receiver.PeakBytes >> 20, "MB", idle >> 20, string.Create(
            CultureInfo.InvariantCulture,
            $"peak resident (VmHWM) of a fresh receiver, {posts.Length} requests of {FewRecords} records over {ManyConnections} connections at once, {posts.Length / took.TotalSeconds:0} requests/s; baseline: before them"));
    }

    private static ReceiverProcess NewReceiver() => new ReceiverProcess().With("OTLP_TOKEN", Token);

    private static string Name(OtlpSignal signal) => signal == OtlpSignal.Logs ? "logs" : "metrics";

    private static string How(OtlpSignal signal, Spread rates, double processor) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} cores, {Connections} connections, load on the same machine, {Batches} batches of {OtlpBatches.RecordsABatch} {What(signal)}, synchronous=FULL; {processor:0.0} µs of its processor time each; {rates}; baseline: the target");

    private static string What(OtlpSignal signal) => signal == OtlpSignal.Logs
        ? "log records in the mix of a recorded run, of which a figure needs 18 % and those are stored"
        : "delta points, each stored as known and added to its rollups";

    private static byte[][] Posts(string signal, int count, Func<byte[]> make)
    {
        var posts = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            var body = make();
            var head = Encoding.ASCII.GetBytes($"POST /v1/{signal} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {Token}\r\nContent-Type: application/x-protobuf\r\nContent-Length: {body.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n");
            posts[i] = [.. head, .. body];
        }

        return posts;
    }
}

/// <summary>The figures of several runs.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Spread(double[] runs)
{
    private readonly double[] _sorted = [.. runs.Order()];

    public double Median => _sorted[_sorted.Length / 2];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"median of {_sorted.Length} runs, from {_sorted[0]:0} to {_sorted[^1]:0}");
}
