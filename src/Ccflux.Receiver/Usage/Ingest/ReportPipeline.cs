using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Http.Ingest;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Store;
using Ccflux.Receiver.Usage.Store.Retention;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary><c>POST /report</c>, step by step: authenticate, rate-limit, parse, validate, verify, write, acknowledge.
/// Each step may refuse. What is acknowledged is on disk.</summary>
internal sealed class ReportPipeline(
    AccessTokenGate gate,
    RequestLimits limits,
    HttpOptions http,
    RequestSignatures signatures,
    DeviceDirectory devices,
    UsageOptions options,
    UsageWriter usage,
    LedgerWriter ledger,
    GroupCommitWriter writer,
    StoreIdentity store,
    RefusalRecorder notes,
    UsageMetrics metrics,
    IFinalLimits finalLimits,
    TimeProvider time)
{
    private readonly IngestFront<TokenUser, IncomingReport> _front = new(
        gate.AdmissionAt(new RateRule(limits.Reports, ReportRefusals.TooMany)),
        new BodyRules(http.BodyLimitKb, ReportRefusals.TooLarge) { NotGzip = ReportRefusals.NotDecompressed, UnknownEncoding = ReportRefusals.EncodingUnknown },
        Parse);

    private readonly DailyCaps _caps = new(
        options.MaxSessionsPerDay, options.MaxModelsPerDay, options.MaxTurnsPerDay, options.MaxEventsPerDay, options.MaxLimitEventsPerDay);

    private readonly LedgerAllowances _allowances = new(
        new LedgerAllowance(options.MaxRequestsPerDay, options.MaxSessionsPerDay, options.MaxModelsPerDay),
        new LedgerAllowance(options.MaxBackfillRequestsPerDay, options.MaxBackfillSessionsPerDay, options.MaxModelsPerDay));

    public async Task<IResult> ReportAsync(HttpContext context)
    {
        using var request = await _front.ReadAsync(context);
        if (!request.TryGet(out var caller, out var report, out var refusal))
        {
            return Refuse(refusal, request.Caller);
        }

        if (ReportRules.Refuse(report, time.GetUtcNow()) is { } refused)
        {
            return Refuse(refused, caller);
        }

        var (device, unverified) = await VerifyAsync(context, caller, request.Body);
        return unverified is not null ? Refuse(unverified, caller)
            : report.Requests is { } batch ? await StoreAsync(batch, caller, device, context.RequestAborted)
            : await StoreAsync(report, caller, device, context.RequestAborted);
    }

    private static IncomingReport? Parse(ReadOnlySpan<byte> content, out string fault)
    {
        if (ReportParser.Parse(content, out fault) is not { } report)
        {
            return null;
        }

        fault = ReportRules.Fault(report) ?? "";
        return fault.Length == 0 ? report : null;
    }

    /// <summary>Returns the device that signed the report, if any. Refuses an invalid signature, and an unsigned report where a signature is required.</summary>
    private async ValueTask<(long? Device, Refusal? Refusal)> VerifyAsync(HttpContext context, TokenUser caller, BodyReader body)
    {
        var verdict = signatures.Check(context.Request, body, out var publicKey);
        if (verdict is not (SignatureVerdict.Valid or SignatureVerdict.Absent))
        {
            return (null, SignatureRefusals.For(verdict));
        }

        var finding = await devices.FindAsync(caller.UserId, publicKey, context.RequestAborted);
        if (verdict == SignatureVerdict.Valid)
        {
            return (finding.DeviceRef, DeviceRefusals.For(finding.State));
        }

        return (null, options.RequireSignatures || finding.UserHasKeys ? Refusals.SignatureRequired : null);
    }

    private async Task<IResult> StoreAsync(IncomingReport report, TokenUser caller, long? device, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var kept = WithoutExpired(report.Turns, now);
        var stored = new StoreResult(0, 0, null);
        if (kept.Count > 0)
        {
            var claimed = report.ClaimedEmail is { Length: > 0 } email && !string.Equals(email.Trim(), caller.Email, StringComparison.OrdinalIgnoreCase) ? email : null;
            var turns = new IncomingTurns(
                caller.UserId, report.SchemaVersion, kept, device, report.Client, report.Client.Version, claimed, now.ToUnixTimeMilliseconds());
            var result = await writer.WriteAsync(new ReportWrite(usage, turns, _caps));
            switch (result.Status)
            {
                case WriteStatus.QueueFull:
                    return Refuse(ReportRefusals.QueueFull, reason: UsageMetrics.QueueFull);
                case WriteStatus.StorageFailed:
                    return Refuse(Refusals.StorageBusy);
                case WriteStatus.Committed:
                default:
                    stored = result.Value;
                    break;
            }
        }

        if (stored.OverCap is { } cap)
        {
            return Refuse(ReportRefusals.TurnsToday(cap, UnixTime.UntilTomorrow(now)), caller);
        }

        if (!await StoreFinalLimitsAsync(FinalLimit.In(kept), caller, isSigned: device is not null))
        {
            return Refuse(Refusals.StorageBusy);
        }

        metrics.Accepted(stored.Accepted);
        return report.SchemaVersion == LegacyReport.Version ? TypedResults.Ok() : await AcknowledgeAsync(stored, report.Turns.Count - kept.Count, cancellationToken);
    }

    private async Task<IResult> StoreAsync(RequestBatch batch, TokenUser caller, long? device, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var earliest = options.RetentionDays == 0 ? 0 : RetentionRule.FirstDayKept(now, options.RetentionDays) * UnixTime.Day;
        var incoming = RequestBatchReader.Read(
            batch, caller.UserId, new ReportOrigin(now.ToUnixTimeMilliseconds(), device, batch.Client.Version), earliest, out var expired);
        var result = await writer.WriteAsync(new LedgerWrite(ledger, incoming, _allowances));
        if (result.Status != WriteStatus.Committed)
        {
            return result.Status == WriteStatus.QueueFull ? Refuse(ReportRefusals.QueueFull, reason: UsageMetrics.QueueFull) : Refuse(Refusals.StorageBusy);
        }

        var stored = result.Value;
        if (stored.OverCap is { } cap)
        {
            // Not noted with the user: nothing is wrong, and live reports go on.
            return batch.Backfill ? Refuse(ReportRefusals.BackfillToday(cap, UnixTime.UntilTomorrow(now))) : Refuse(ReportRefusals.FactsToday(cap, UnixTime.UntilTomorrow(now)), caller);
        }

        if (!await StoreFinalLimitsAsync(FinalLimit.In(incoming), caller, isSigned: device is not null))
        {
            return Refuse(Refusals.StorageBusy);
        }

        metrics.Accepted(stored.New + stored.Changed);
        return await AcknowledgeAsync(new StoreResult(stored.New + stored.Changed, stored.Unchanged, null), expired, cancellationToken);
    }

    private async ValueTask<bool> StoreFinalLimitsAsync(IEnumerable<FinalLimit> limits, TokenUser caller, bool isSigned)
    {
        var met = limits.ToList();
        return met.Count == 0 || await finalLimits.StoreAsync(new FinalLimits(caller.UserId, caller.Email, isSigned, met));
    }

    private async Task<IResult> AcknowledgeAsync(StoreResult stored, int expired, CancellationToken cancellationToken)
    {
        var reply = new ReportReply
        {
            Accepted = stored.Accepted,
            Unchanged = stored.Unchanged,
            Expired = expired,
            Store = await store.GetAsync(cancellationToken),
        };
        return new StoredResult(reply);
    }

    private IReadOnlyList<TurnReport> WithoutExpired(IReadOnlyList<TurnReport> turns, DateTimeOffset now)
    {
        if (options.RetentionDays == 0)
        {
            return turns;
        }

        var firstDay = RetentionRule.FirstDayKept(now, options.RetentionDays);
        return turns.Any(turn => RetentionRule.IsExpired(turn.EndedUtc, firstDay))
            ? [.. turns.Where(turn => !RetentionRule.IsExpired(turn.EndedUtc, firstDay))]
            : turns;
    }

    /// <param name="refusal">The answer.</param>
    /// <param name="caller">Null if the refusal is not to be noted with a user.</param>
    /// <param name="reason">What it is counted as, if not as its code says.</param>
    private Refusal Refuse(Refusal refusal, TokenUser? caller = null, string? reason = null)
    {
        if (caller is not null)
        {
            notes.Note(caller.UserId, refusal.Code);
        }

        metrics.Refused(refusal.Code, reason);
        return refusal;
    }
}
