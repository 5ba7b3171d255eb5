using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Http.Ingest;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Retention;
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
    LedgerWriter ledger,
    GroupCommitWriter writer,
    StoreIdentity store,
    RefusalRecorder notes,
    UsageMetrics metrics,
    IFinalLimits finalLimits,
    OrganisationCalendar calendar,
    TimeProvider time)
{
    private readonly IngestFront<TokenUser, IncomingReport> _front = new(
        gate.AdmissionAt(new RateRule(limits.Reports, ReportRefusals.TooMany)),
        new BodyRules(http.BodyLimitKb, ReportRefusals.TooLarge) { NotGzip = ReportRefusals.NotDecompressed, UnknownEncoding = ReportRefusals.EncodingUnknown },
        Parse);

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

        if (FutureFault(report, time.GetUtcNow()) is { } future)
        {
            return Refuse(Refusals.FutureTurns(future), caller);
        }

        var (device, unverified) = await VerifyAsync(context, caller, request.Body);
        return unverified is not null ? Refuse(unverified, caller)
            : report.Requests is { } batch ? await StoreAsync(batch, caller, device, context.RequestAborted)
            : await StoreAsync(report.Legacy!, caller, device);
    }

    private static IncomingReport? Parse(ReadOnlySpan<byte> content, out string fault)
    {
        if (ReportParser.Parse(content, out fault) is not { } report)
        {
            return null;
        }

        fault = (report.Requests is { } requests ? RequestBatchRules.Fault(requests) : report.Legacy!.Fault()) ?? "";
        return fault.Length == 0 ? report : null;
    }

    private static string? FutureFault(IncomingReport report, DateTimeOffset now) =>
        report.Requests is { } requests ? RequestBatchRules.FutureFault(requests, now) : report.Legacy!.FutureFault(now);

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

    private async Task<IResult> StoreAsync(RequestBatch batch, TokenUser caller, long? device, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var incoming = RequestBatchReader.Read(
            batch, caller.UserId, new ReportOrigin(now.ToUnixTimeMilliseconds(), device, batch.Client.Version), FirstKept(now), out var expired);
        var (stored, refusal) = await WriteAsync(incoming, caller, now);
        if (refusal is not null)
        {
            return refusal;
        }

        if (!await StoreFinalLimitsAsync(FinalLimit.In(incoming), caller, isSigned: device is not null))
        {
            return Refuse(Refusals.StorageBusy);
        }

        metrics.Accepted(stored.New + stored.Changed);
        return new StoredResult(new ReportReply
        {
            Accepted = stored.New + stored.Changed,
            Unchanged = stored.Unchanged,
            Expired = expired,
            Store = await store.GetAsync(cancellationToken),
        });
    }

    private async Task<IResult> StoreAsync(LegacyTurn legacy, TokenUser caller, long? device)
    {
        var now = time.GetUtcNow();
        if (legacy.At.ToUnixTimeMilliseconds() >= FirstKept(now))
        {
            var incoming = legacy.ToRequests(caller.UserId, new ReportOrigin(now.ToUnixTimeMilliseconds(), device, legacy.PluginVersion)) with
            {
                Client = new ClientInfo { Name = "ccflux", Version = legacy.PluginVersion },
                Claim = new ClaimedAddress(legacy.Email is { Length: > 0 } email && !string.Equals(email.Trim(), caller.Email, StringComparison.OrdinalIgnoreCase) ? email : null),
            };
            var (stored, refusal) = await WriteAsync(incoming, caller, now);
            if (refusal is not null)
            {
                return refusal;
            }

            metrics.Accepted(stored.New + stored.Changed);
        }

        return TypedResults.Ok();
    }

    private async Task<(LedgerResult Stored, Refusal? Refusal)> WriteAsync(IncomingRequests incoming, TokenUser caller, DateTimeOffset now)
    {
        var result = await writer.WriteAsync(new LedgerWrite(ledger, incoming, _allowances));
        switch (result.Status)
        {
            case WriteStatus.QueueFull:
                return (default, Refuse(ReportRefusals.QueueFull, reason: UsageMetrics.QueueFull));
            case WriteStatus.StorageFailed:
                return (default, Refuse(Refusals.StorageBusy));
            case WriteStatus.Committed:
            default:
                break;
        }

        // A full allowance for history is not noted with the user: nothing is wrong, and live reports go on.
        var stored = result.Value;
        return stored.OverCap is not { } cap ? (stored, null)
            : incoming.IsBackfill ? (stored, Refuse(ReportRefusals.BackfillToday(cap, UnixTime.UntilTomorrow(now))))
            : (stored, Refuse(ReportRefusals.FactsToday(cap, UnixTime.UntilTomorrow(now)), caller));
    }

    private long FirstKept(DateTimeOffset now) => RetentionRule.FirstKept(calendar, now, options.RetentionDays);

    private async ValueTask<bool> StoreFinalLimitsAsync(IEnumerable<FinalLimit> limits, TokenUser caller, bool isSigned)
    {
        var met = limits.ToList();
        return met.Count == 0 || await finalLimits.StoreAsync(new FinalLimits(caller.UserId, caller.Email, isSigned, met));
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
