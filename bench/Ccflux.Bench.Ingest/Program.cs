using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Ccflux.Bench.Ingest;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Storage.Sqlite;
using Ccflux.Testing;

// Signed reports over loopback into the real receiver and, in the same run, the rate that verification alone reaches on the same cores.
const int Singles = 40_000;
const int Batches = 3_000;
const int RequestsPerBatch = 100;
const int Connections = 128;

if (args is ["otlp", var recording])
{
    return await OtlpRun.RunAsync(recording, Print);
}

if (args is ["telemetry-pages"])
{
    await TelemetryYear.RunAsync(Print);
    return 0;
}

if (args is ["telemetry-database", var file])
{
    TelemetryYear.Make(file);
    return 0;
}

if (args is ["layouts", var rows])
{
    LedgerLayouts.Run(int.Parse(rows, CultureInfo.InvariantCulture), Print);
    return 0;
}

if (args is ["heartbeats"])
{
    return await HeartbeatRun.RunAsync(Print);
}

using (var receiver = new ReceiverProcess().With("RATE_LIMIT_PER_MINUTE", "10000000").With("MAX_SESSIONS_PER_DAY", "10000000"))
{
    var database = receiver.DatabasePath;
    var requests = new SignedRequests();
    requests.Prepare(database);
    var messages = requests.Messages(2_000);
    await receiver.StartAsync();
    await Load.RunAsync(receiver.Address, requests.Make("warm", 8_000, 1), Connections);

    // The baseline is measured before and after, for a machine whose speed varies.
    var (first, openSslCost) = Verify(OpenSslEd25519.IsValid, messages);
    var single = await MeasureAsync("single", Singles, 1);
    var verified = (first + Verify(OpenSslEd25519.IsValid, messages).PerSecond) / 2;
    var how = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {Connections} connections, load on the same machine, {Singles} signed reports of a turn with one request, synchronous=FULL; {single.Processor:0} µs of its processor time a report; baseline: {OpenSslEd25519.Description} verifying on all cores");
    Print("ingest-single", single.PerSecond, "reports/s", verified, how);
    var batch = await MeasureAsync("batch", Batches, RequestsPerBatch);
    var resident = receiver.ResidentBytes;
    Print("ingest-verify-openssl", verified, "verifications/s", null, string.Create(CultureInfo.InvariantCulture, $"all cores, messages of one request, {openSslCost:0} µs of processor time each"));
    var (perSecond, cost) = Verify(Ed25519.IsValid, messages);
    Print("ingest-verify", perSecond, "verifications/s", verified, string.Create(CultureInfo.InvariantCulture, $"all cores, messages of one request, {cost:0} µs of processor time each; baseline: OpenSSL"));

    long requestsStored;
    using (var connection = SqliteConnection.Open(database))
    {
        connection.ExecuteScript("PRAGMA wal_checkpoint(TRUNCATE)");
        requestsStored = connection.Scalar("SELECT count(*) FROM requests")!.Value;
    }

    var expected = 8_000 + Singles + (Batches * RequestsPerBatch);
    Print("ingest-stored", requestsStored, "requests", expected, "requests in the database afterwards; baseline: requests acknowledged");
    Print("ingest-bytes-a-request", (double)new FileInfo(database).Length / requestsStored, "bytes", null, "database file after a checkpoint, by requests: with their turns, sessions, sums and indexes");

    // Now that the receiver is idle, on the same file.
    var bare = BareInserts.Measure(database, Batches, RequestsPerBatch);
    Print("ingest-batch", batch.PerSecond * RequestsPerBatch, "requests/s", bare.PerSecond, string.Create(CultureInfo.InvariantCulture, $"{Batches} signed reports of {RequestsPerBatch} requests in turns of {SignedRequests.RequestsATurn}, a hundred an hour from each of {SignedRequests.Users} users, {batch.Processor / RequestsPerBatch:0.0} µs of processor time a request; baseline: a bare loop of the same INSERT statements on the same file, {bare.Processor:0.0} µs of processor time a request; receiver resident {resident >> 20} MB afterwards"));
    return requestsStored == expected ? 0 : 1;

    async Task<(double PerSecond, double Processor)> MeasureAsync(string run, int count, int requestsEach)
    {
        var prepared = requests.Make(run, count, requestsEach);
        var before = receiver.ProcessorTime;
        var took = await Load.RunAsync(receiver.Address, prepared, Connections);
        return (count / took.TotalSeconds, (receiver.ProcessorTime - before).TotalMicroseconds / count);
    }
}

static (double PerSecond, double Processor) Verify(Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool> isValid, (byte[] Key, byte[] Message, byte[] Signature)[] messages)
{
    using var self = Process.GetCurrentProcess();
    var processor = self.TotalProcessorTime;
    var started = Stopwatch.GetTimestamp();
    var rounds = 0;
    while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2))
    {
        rounds++;
        Parallel.ForEach(messages, message =>
        {
            if (!isValid(message.Key, message.Message, message.Signature))
            {
                throw new InvalidOperationException("A signature of our own is invalid.");
            }
        });
    }

    var count = (double)rounds * messages.Length;
    var took = Stopwatch.GetElapsedTime(started);
    self.Refresh();
    return (count / took.TotalSeconds, (self.TotalProcessorTime - processor).TotalMicroseconds / count);
}

static void Print(string name, double value, string unit, double? baseline, string how)
{
    var line = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["name"] = name,
        ["value"] = Math.Round(value, 1),
        ["unit"] = unit,
        ["baseline"] = baseline is { } known ? Math.Round(known, 1) : null,
        ["ratio"] = baseline is { } divisor ? Math.Round(value / divisor, 3) : null,
        ["how"] = how,
    };
    Console.WriteLine(JsonSerializer.Serialize(line));
}
