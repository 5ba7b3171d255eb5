using System.Text.Json;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive.Decode;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>Handles an OTLP message step by step, whatever the transport: authenticate, rate-limit, read, decode and normalise, write, answer.
/// What is acknowledged is on disk.</summary>
internal sealed class OtlpIntake(
    OtlpAdmission admission,
    TelemetryOptions options,
    LabelNames labels,
    MemoryBudget budget,
    TelemetryWriter telemetry,
    GroupCommitWriter writer,
    TelemetryMetrics metrics,
    TimeProvider time) : IDisposable
{
    /// <summary>Records that may wait for the writer: three quarters of its queue, so that there is always room for reports.</summary>
    private const int MaxWaitingRecords = GroupCommitWriter.MaxWaitingRows / 4 * 3;

    /// <summary>The least number of records that a message counts as, because entries count too.</summary>
    private const int LeastRecords = 10;

    /// <summary>Of these, the most that one user's messages may have waiting.</summary>
    private const int MaxWaitingOfUser = 8192;

    /// <summary>For a user's own token; more would block others from the writer for too long. If all share one token there are no others: as many as an exporter sends at once.</summary>
    private const int MaxRecordsInOneWrite = 64;
    private const int MaxRecordsOfAllInOneWrite = 512;

    /// <summary>The pause between two writes of a user's message is this many times as long as the first write: up to the longest pause, a user gets at most a third of the writer.</summary>
    private const int PauseFactor = 2;

    /// <summary>From this size in bytes, decoding takes milliseconds. The number of such messages of users that are decoded at once leaves one processor for everything else.</summary>
    private const int Large = 256 * 1024;

    /// <summary>The longest pause: if the writer is slow for everyone, a waiting message uses its memory for nothing.</summary>
    private static readonly TimeSpan s_maxPause = TimeSpan.FromSeconds(1);

    /// <summary>A whole message must arrive within this time; exporters usually give up after ten seconds.</summary>
    private static readonly TimeSpan s_bodyDeadline = TimeSpan.FromSeconds(60);

    private readonly CallerQueues _queues = new();
    private readonly SemaphoreSlim _large = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly CallerShares _waitingShares = new(MaxWaitingOfUser);
    private readonly IReadOnlyList<byte[]> _services = BatchRules.ServicesOf(options);
    private readonly AttributeNames _attributes = new(labels.Own);
    private int _waitingRecords;

    public async Task<OtlpOutcome> TakeAsync(
        HttpContext context, OtlpSignal signal, OtlpFormat format, OtlpPacking packing, long? announced, CancellationToken cancellationToken)
    {
        var outcome = (await admission.AdmitAsync(context, cancellationToken)).TryGet(out var caller, out var refusal)
            ? await ReadAsync(context.Request, caller, signal, format, packing, announced, cancellationToken)
            : OtlpOutcome.Of(refusal);
        metrics.Answered(signal, outcome.Verdict);
        return outcome;
    }

    public void Dispose() => _large.Dispose();

    private int LimitOf(TelemetryCaller caller) => (caller.UserId is null ? options.CollectorBodyLimitKb : options.BodyLimitKb) * 1024;

    /// <summary>Whatever the outcome of a message, its user is charged for the memory that reading it took.</summary>
    private async Task<OtlpOutcome> ReadAsync(
        HttpRequest request, TelemetryCaller caller, OtlpSignal signal, OtlpFormat format, OtlpPacking packing, long? announced, CancellationToken cancellationToken)
    {
        using var lease = budget.Open(caller.UserId);
        try
        {
            return await ReadAsync(request, caller, signal, format, packing, announced, lease, cancellationToken);
        }
        finally
        {
            admission.Charge(caller, lease.Peak);
        }
    }

    private async Task<OtlpOutcome> ReadAsync(
        HttpRequest request, TelemetryCaller caller, OtlpSignal signal, OtlpFormat format, OtlpPacking packing, long? announced, MemoryLease lease, CancellationToken cancellationToken)
    {
        using var body = await ReceiveAsync(request.Body, announced, packing, LimitOf(caller), lease, cancellationToken);
        return body.Refusal
            ?? (packing == OtlpPacking.None && announced is { } length && body.Length != length ? OtlpOutcome.CutOff : null)
            ?? await _queues.RunAsync(caller.UserId, () => TakeAsync(body, caller, signal, format, lease), cancellationToken);
    }

    /// <summary>The message's memory is released as soon as it is decoded.</summary>
    private async Task<OtlpOutcome> TakeAsync(OtlpBody body, TelemetryCaller caller, OtlpSignal signal, OtlpFormat format, MemoryLease lease)
    {
        var maxRecords = caller.UserId is null ? BatchRules.MaxOfCollector : BatchRules.MaxOfUser;
        if (body.Length > Large && !lease.TryReserve(TelemetryBatch.MostBytesOf(body.Length, maxRecords)))
        {
            return OtlpOutcome.Busy;
        }

        TelemetryBatch batch;
        try
        {
            batch = caller.UserId is not null && body.Length > Large
                ? await DecodeLargeAsync(body, signal, format, RulesFor(caller, maxRecords))
                : Decode(body, signal, format, RulesFor(caller, maxRecords));
        }
        catch (Exception exception) when (exception is OtlpFormatException or JsonException or InvalidOperationException)
        {
            // The last of these is what the reader throws for a property whose name contains half a surrogate pair.
            return new OtlpOutcome(OtlpVerdict.Malformed, 0, $"The message is not an OTLP {signal} request: {(exception is OtlpFormatException ? exception.Message : "not JSON")}.");
        }

        body.Dispose();
        lease.EndReserve();
        return lease.TryHold(batch.EstimatedBytes) ? await StoreAsync(caller, signal, batch) : OtlpOutcome.Busy;
    }

    private async ValueTask<OtlpBody> ReceiveAsync(Stream stream, long? announced, OtlpPacking packing, int limit, MemoryLease lease, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(s_bodyDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await OtlpBody.ReadAsync(stream, announced, packing, limit, lease, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return OtlpBody.Refused(OtlpOutcome.TooSlow(s_bodyDeadline));
        }
    }

    private async Task<TelemetryBatch> DecodeLargeAsync(OtlpBody body, OtlpSignal signal, OtlpFormat format, BatchRules rules)
    {
        await _large.WaitAsync();
        try
        {
            return Decode(body, signal, format, rules);
        }
        finally
        {
            _large.Release();
        }
    }

    private BatchRules RulesFor(TelemetryCaller caller, int maxRecords)
    {
        var now = time.GetUtcNow();
        return new BatchRules(_services, now.AddDays(-options.RetentionDays).ToUnixTimeMilliseconds(), (now + BatchRules.ClockTolerance).ToUnixTimeMilliseconds(), maxRecords)
        {
            Attributes = _attributes,
            IsOfOneUser = caller.UserId is not null,
        };
    }

    private static TelemetryBatch Decode(OtlpBody body, OtlpSignal signal, OtlpFormat format, BatchRules rules)
    {
        var batch = signal == OtlpSignal.Metrics ? BatchBuilder.ForMetrics(rules) : new BatchBuilder(rules);
        switch (signal, format)
        {
            case (OtlpSignal.Logs, OtlpFormat.Protobuf):
                new OtlpProtobuf(body.Buffer, batch).Logs(body.Length);
                break;
            case (OtlpSignal.Logs, OtlpFormat.Json):
                new OtlpJson(body.Buffer, batch).Logs(body.Length);
                break;
            case (OtlpSignal.Metrics, OtlpFormat.Protobuf):
                new OtlpProtobuf(body.Buffer, batch).Metrics(body.Length);
                break;
            case (OtlpSignal.Metrics, OtlpFormat.Json):
                new OtlpJson(body.Buffer, batch).Metrics(body.Length);
                break;
            case (OtlpSignal.Traces, OtlpFormat.Protobuf):
                new OtlpProtobuf(body.Buffer, batch).Traces(body.Length);
                break;
            case (OtlpSignal.Traces, OtlpFormat.Json):
                new OtlpJson(body.Buffer, batch).Traces(body.Length);
                break;
        }

        return batch.Build();
    }

    private async Task<OtlpOutcome> StoreAsync(TelemetryCaller caller, OtlpSignal signal, TelemetryBatch batch)
    {
        var stored = default(StoredCounts);
        if (!batch.IsEmpty)
        {
            var pause = TimeSpan.Zero;

            // Others write in between. If a part cannot be stored, the message is sent again, and the stored parts add nothing.
            foreach (var part in batch.Parts(caller.UserId is null ? MaxRecordsOfAllInOneWrite : MaxRecordsInOneWrite))
            {
                await Task.Delay(pause, time);
                var started = time.GetTimestamp();
                var result = await WriteAsync(caller, part);
                switch (result.Status)
                {
                    case WriteStatus.QueueFull:
                        return OtlpOutcome.Busy;
                    case WriteStatus.StorageFailed:
                        return OtlpOutcome.StorageFailed;
                    case WriteStatus.Committed:
                    default:
                        stored += result.Value;
                        break;
                }

                if (caller.UserId is { } user)
                {
                    admission.Added(user, result.Value.New);
                    pause = PauseAfter(time.GetElapsedTime(started));
                }
            }
        }

        metrics.Took(signal, batch, stored);
        return OtlpOutcome.Taken(batch.Received, batch.Rejected, batch.Reason);
    }

    /// <summary>How long a user's next part waits after a write that took <paramref name="write"/>, including its time in the writer's queue.</summary>
    internal static TimeSpan PauseAfter(TimeSpan write)
    {
        var pause = write * PauseFactor;
        return pause < s_maxPause ? pause : s_maxPause;
    }

    private async Task<WriteResult<StoredCounts>> WriteAsync(TelemetryCaller caller, TelemetryBatch batch)
    {
        var records = Math.Max(batch.Weight, LeastRecords);
        if (!_waitingShares.TryTake(caller.UserId, records))
        {
            return new WriteResult<StoredCounts>(WriteStatus.QueueFull, default);
        }

        try
        {
            return Interlocked.Add(ref _waitingRecords, records) > MaxWaitingRecords
                ? new WriteResult<StoredCounts>(WriteStatus.QueueFull, default)
                : await writer.WriteAsync(new BatchWrite(telemetry, caller, batch, time.GetUtcNow().ToUnixTimeMilliseconds()));
        }
        finally
        {
            Interlocked.Add(ref _waitingRecords, -records);
            _waitingShares.TryTake(caller.UserId, -records);
        }
    }
}
