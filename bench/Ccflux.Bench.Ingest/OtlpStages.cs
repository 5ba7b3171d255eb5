using System.Diagnostics;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive;
using Ccflux.Receiver.Telemetry.Receive.Decode;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Bench.Ingest;

/// <summary>The stages that a batch passes in the receiver, each measured alone: bytes to records, records to the database.</summary>
internal static class OtlpStages
{
    private const int Batches = 400;
    private const int WaitingBatches = 30;

    public static async Task<(Spread Decode, Spread Store)> MeasureAsync(byte[] recording, OtlpSignal signal, DateTimeOffset start, int runs)
    {
        var source = new OtlpBatches(recording);
        var (decode, store) = (new double[runs], new double[runs]);
        for (var run = -1; run < runs; run++)
        {
            var bodies = Enumerable.Range(0, Batches).Select(_ => OtlpRun.Make(source, signal, start)).ToList();
            var started = Stopwatch.GetTimestamp();
            var batches = bodies.ConvertAll(body => Decode(body, signal));
            var decoding = Stopwatch.GetElapsedTime(started);
            var storing = await StoreAsync(batches);
            if (run >= 0)
            {
                decode[run] = Batches * OtlpBatches.RecordsABatch / decoding.TotalSeconds;
                store[run] = Batches * OtlpBatches.RecordsABatch / storing.TotalSeconds;
            }
        }

        return (new Spread(decode), new Spread(store));
    }

    private static TelemetryBatch Decode(byte[] body, OtlpSignal signal)
    {
        var rules = new BatchRules(["claude-code"u8.ToArray()], 0, long.MaxValue);
        var builder = signal == OtlpSignal.Metrics ? BatchBuilder.ForMetrics(rules) : new BatchBuilder(rules);
        var decoder = new OtlpProtobuf(body, builder);
        if (signal == OtlpSignal.Metrics)
        {
            decoder.Metrics(body.Length);
        }
        else
        {
            decoder.Logs(body.Length);
        }

        return builder.Build();
    }

    private static async Task<TimeSpan> StoreAsync(List<TelemetryBatch> batches)
    {
        var folder = Directory.CreateTempSubdirectory("ccflux-bench-store-").FullName;
        try
        {
            return await StoreAsync(Path.Combine(folder, "ccflux.db"), batches);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<TimeSpan> StoreAsync(string database, List<TelemetryBatch> batches)
    {
        var telemetry = new TelemetryWriter(new NobodyListens(), new NoUsageSink());
        await using var writer = new GroupCommitWriter(SqliteDatabase.OpenForWriting(database), [telemetry], exception => throw exception);
        var started = Stopwatch.GetTimestamp();
        foreach (var some in batches.Chunk(WaitingBatches))
        {
            var written = await Task.WhenAll(some.Select(batch => writer.WriteAsync(new BatchWrite(telemetry, TelemetryCaller.Organisation, batch, 0))));
            if (written.Any(result => !result.IsCommitted))
            {
                throw new InvalidOperationException("A batch was not stored.");
            }
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private sealed class NobodyListens : IChangeFeed
    {
        public void Publish(string topic)
        {
        }
    }
}
