using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Usage.Store;
using Ccflux.Receiver.Usage.Store.Retention;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary><c>POST /report</c>, step by step: authenticate, rate-limit, parse, validate, verify, write, acknowledge.
/// Each step may refuse. What is acknowledged is on disk.</summary>
internal sealed class ReportPipeline(
    AccessTokenStore accessTokens,
    RequestLimits limits,
    HttpOptions http,
    RequestSignatures signatures,
    DeviceDirectory devices,
    UsageOptions options,
    UsageWriter usage,
    GroupCommitWriter writer,
    StoreIdentity store,
    RefusalRecorder notes,
    UsageMetrics metrics,
    TimeProvider time,
    IFinalLimits? finalLimits = null)
{

    private readonly DailyCaps _caps = new(
        options.MaxSessionsPerDay, options.MaxModelsPerDay, options.MaxTurnsPerDay, options.MaxEventsPerDay, options.MaxLimitEventsPerDay);

    public async Task<IResult> ReportAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        if (await accessTokens.AuthenticateAsync(context.Request, cancellationToken) is not { } caller)
        {
            return limits.WrongTokens.TryTake(RequestLimits.AddressOf(context), out var pause)
                ? Refuse(new(RefusalReason.TokenInvalid, "The access token is missing, unknown, revoked or expired. Get a new one from POST /token."))
                : Refuse(new(RefusalReason.RateLimited, "Too many requests without a valid token from this IP address.", pause));
        }

        if (!limits.Reports.TryTake(caller.Email, out var wait))
        {
            return Refuse(new(RefusalReason.RateLimited, "Too many reports from this user.", wait));
        }

        using var body = await BodyReader.ReadAsync(context.Request, http.BodyLimitKb * 1024, RequestSignatures.MaxSuffix, cancellationToken);
        if ((Read(body, out var report) ?? Validate(report!)) is { } invalid)
        {
            return Refuse(invalid, caller);
        }

        var (device, unverified) = await VerifyAsync(context, caller, body);
        return unverified is not null ? Refuse(unverified, caller) : await StoreAsync(report!, caller, device, cancellationToken);
    }

    private ReportRefusal? Read(BodyReader body, out IncomingReport? report)
    {
        report = null;
        switch (body.Status)
        {
            case BodyStatus.TooLarge:
                return new(RefusalReason.TooLarge, $"A body is limited to {http.BodyLimitKb} KiB, both as sent and decompressed.");
            case BodyStatus.NotGzip:
                return new(RefusalReason.InvalidPayload, "The body cannot be decompressed.");
            case BodyStatus.UnknownEncoding:
                return new(RefusalReason.InvalidPayload, "Content-Encoding: only gzip is supported.");
            case BodyStatus.Read:
            default:
                report = ReportParser.Parse(body.Content, out var fault);
                return report is null ? new(RefusalReason.InvalidPayload, fault) : null;
        }
    }

    private ReportRefusal? Validate(IncomingReport report) =>
        ReportRules.Fault(report) is { } fault ? new(RefusalReason.InvalidPayload, fault)
        : ReportRules.FutureFault(report, time.GetUtcNow()) is { } future ? new(RefusalReason.FutureTurns, future)
        : null;

    /// <summary>Returns the device that signed the report, if any. Refuses an invalid signature, and an unsigned report where a signature is required.</summary>
    private async ValueTask<(long? Device, ReportRefusal? Refusal)> VerifyAsync(HttpContext context, TokenUser caller, BodyReader body)
    {
        var verdict = signatures.Check(context.Request.Headers, body.SentBuffer, body.SentLength, out var publicKey);
        if (verdict is not (SignatureVerdict.Valid or SignatureVerdict.Absent))
        {
            return (null, ReportRefusal.For(verdict));
        }

        var finding = await devices.FindAsync(caller.UserId, publicKey, context.RequestAborted);
        if (verdict == SignatureVerdict.Valid)
        {
            return (finding.DeviceRef, ReportRefusal.For(finding.State));
        }

        return (null, options.RequireSignatures || finding.UserHasKeys ? ReportRefusal.For(verdict) : null);
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
                    return Refuse(new(RefusalReason.QueueFull, "Too many reports are waiting to be stored.", Refusals.StorageBusy.RetryAfter));
                case WriteStatus.StorageFailed:
                    return Refuse(new(RefusalReason.StorageFailed, Refusals.StorageBusy.Detail, Refusals.StorageBusy.RetryAfter));
                case WriteStatus.Committed:
                default:
                    stored = result.Value;
                    break;
            }
        }

        if (stored.OverCap is { } cap)
        {
            var midnight = now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime;
            return Refuse(new(RefusalReason.DailyCap, $"Daily limit reached: {cap}. None of this report was stored. Turns of known sessions are still accepted in a report without new ones; the others are accepted again tomorrow (UTC).", midnight), caller);
        }

        if (!await StoreFinalLimitsAsync(kept, caller, isSigned: device is not null))
        {
            return Refuse(new(RefusalReason.StorageFailed, Refusals.StorageBusy.Detail, Refusals.StorageBusy.RetryAfter));
        }

        metrics.Accepted(stored.Accepted);
        return report.SchemaVersion == LegacyReport.Version ? TypedResults.Ok() : await AcknowledgeAsync(stored, report.Turns.Count - kept.Count, cancellationToken);
    }

    private async ValueTask<bool> StoreFinalLimitsAsync(IReadOnlyList<TurnReport> turns, TokenUser caller, bool isSigned)
    {
        if (finalLimits is null)
        {
            return true;
        }

        var met = FinalLimit.In(turns).ToList();
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

    private Refusal Refuse(ReportRefusal refusal, TokenUser? caller = null)
    {
        metrics.Refused(refusal.Reason);
        if (caller is not null)
        {
            notes.Note(caller.UserId, refusal.Code);
        }

        return refusal.ToProblem();
    }
}
