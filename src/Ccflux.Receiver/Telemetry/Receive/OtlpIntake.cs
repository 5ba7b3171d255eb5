using System.Text.Json;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive.Decode;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>An OTLP message, step by step, whatever the transport: authenticate, rate-limit, read, decode and normalise, write, answer.
/// What is acknowledged is on the disk.</summary>
internal sealed class OtlpIntake(
    TelemetryTokens tokens,
    TelemetryOptions options,
    MemoryBudget budget,
    TelemetryWriter telemetry,
    GroupCommitWriter writer,
    TelemetryMetrics metrics,
    TimeProvider time)
{
    private const int MaxCallers = 20_000;
    private const int WrongTokensPerMinute = 120;

    /// <summary>Records that may wait for the writer: three quarters of its queue, so that there is always room for reports.</summary>
    private const int MaxWaitingRecords = GroupCommitWriter.MaxWaitingRows / 4 * 3;

    /// <summary>A message counts as so many records at least, since entries are counted too.</summary>
    private const int LeastRecords = 10;

    /// <summary>Of these, what one user's messages may hold: one of the largest.</summary>
    private const int MaxWaitingOfUser = BatchRules.MaxRecords;

    /// <summary>A whole message has to arrive within this; exporters give up after ten seconds as a rule.</summary>
    private static readonly TimeSpan s_bodyDeadline = TimeSpan.FromSeconds(60);

    private readonly CallerShares _waitingShares = new(MaxWaitingOfUser);
    private readonly DailyRecords _daily = new(options.RecordsPerDay, time);
    private readonly IReadOnlyList<byte[]> _services = BatchRules.ServicesOf(options);
    private readonly KeyedLimit _requests = new(options.RequestsPerMinute, options.RequestsPerMinute, MaxCallers, time);
    private readonly KeyedLimit _wrongTokens = new(WrongTokensPerMinute, WrongTokensPerMinute, MaxCallers, time);
    private int _waitingRecords;

    public async Task<OtlpOutcome> TakeAsync(
        HttpContext context, OtlpSignal signal, OtlpFormat format, bool isGzip, long? announced, CancellationToken cancellationToken)
    {
        var outcome = await AuthenticateAsync(context, cancellationToken) switch
        {
            (null, { } refusal) => refusal,
            var (caller, _) => await ReadAsync(context.Request, caller!, signal, format, isGzip, announced, cancellationToken),
        };
        metrics.Answered(signal, outcome.Verdict);
        return outcome;
    }

    private async Task<(TelemetryCaller? Caller, OtlpOutcome? Refusal)> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (await tokens.AuthenticateAsync(context.Request, cancellationToken) is not { } caller)
        {
            return (null, _wrongTokens.TryTake(RequestLimits.AddressOf(context), out var pause)
                ? new OtlpOutcome(OtlpVerdict.Unauthenticated, 0, await tokens.ExplainAsync(cancellationToken))
                : new OtlpOutcome(OtlpVerdict.RateLimited, 0, "Too many requests without a good token from this address.", pause));
        }

        if (caller.UserId is not { } user)
        {
            return (caller, null);
        }

        return !_requests.TryTake(user.ToString(CultureInfo.InvariantCulture), out var wait)
                ? (null, new OtlpOutcome(OtlpVerdict.RateLimited, 0, "Too many requests with this token (OTLP_RATE_LIMIT_PER_MINUTE).", wait))
            : !_daily.HasRoom(user, out var untilTomorrow) ? (null, OtlpOutcome.DailyCap(options.RecordsPerDay, untilTomorrow))
            : (caller, null);
    }

    private async Task<OtlpOutcome> ReadAsync(
        HttpRequest request, TelemetryCaller caller, OtlpSignal signal, OtlpFormat format, bool isGzip, long? announced, CancellationToken cancellationToken)
    {
        using var lease = budget.Open(caller.UserId);
        TelemetryBatch batch;
        using (var body = await ReceiveAsync(request.Body, announced, isGzip, lease, cancellationToken))
        {
            if (body.Refusal is { } refusal)
            {
                return refusal;
            }

            if (!isGzip && announced is { } length && body.Length != length)
            {
                return OtlpOutcome.CutOff;
            }

            try
            {
                batch = Decode(body, signal, format);
            }
            catch (Exception exception) when (exception is OtlpFormatException or JsonException or InvalidOperationException)
            {
                // The last of these is what the reader makes of a property whose name holds half a surrogate pair.
                return new OtlpOutcome(OtlpVerdict.Malformed, 0, $"The message is no OTLP {signal} request: {(exception is OtlpFormatException ? exception.Message : "not JSON")}.");
            }
        }

        return lease.TryHold(batch.EstimatedBytes) ? await StoreAsync(caller, signal, batch) : OtlpOutcome.Busy;
    }

    private async ValueTask<OtlpBody> ReceiveAsync(Stream stream, long? announced, bool isGzip, MemoryLease lease, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(s_bodyDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await OtlpBody.ReadAsync(stream, announced, isGzip, options.BodyLimitKb * 1024, lease, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return OtlpBody.Refused(OtlpOutcome.TooSlow(s_bodyDeadline));
        }
    }

    private TelemetryBatch Decode(OtlpBody body, OtlpSignal signal, OtlpFormat format)
    {
        var now = time.GetUtcNow();
        var rules = new BatchRules(_services, now.AddDays(-options.RetentionDays).ToUnixTimeMilliseconds(), (now + BatchRules.ClockTolerance).ToUnixTimeMilliseconds());
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
            var result = await WriteAsync(caller, batch);
            switch (result.Status)
            {
                case WriteStatus.QueueFull:
                    return OtlpOutcome.Busy;
                case WriteStatus.StorageFailed:
                    return OtlpOutcome.StorageFailed;
                case WriteStatus.Committed:
                default:
                    stored = result.Value;
                    if (caller.UserId is { } user)
                    {
                        _daily.Add(user, stored.New);
                    }

                    break;
            }
        }

        metrics.Took(signal, batch, stored);
        return OtlpOutcome.Taken(batch.Received, batch.Rejected, batch.Reason);
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
