using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>The agent that sent a request, or the refusal to answer with.</summary>
/// <param name="At">The time that the request was signed with.</param>
internal sealed record AgentRequest(EnrolledAgent? Agent, Refusal? Refusal, DateTimeOffset At);

/// <summary>
/// Authenticates agents by a signature of the key that was pinned at their enrolment, and by nothing else: a user's token grants no access here. Refused
/// attempts are recorded up to a limit per minute and IP address; beyond it only the metrics count them.
/// </summary>
internal sealed class AgentGate(
    AgentDirectory agents, HeartbeatSequences sequences, RequestSignatures signatures, GroupCommitWriter writer, FleetMetrics metrics, TimeProvider time)
{
    private const int RecordedPerMinute = 30;
    private const int Addresses = 20_000;

    private readonly KeyedRateLimiter _recorded = new(RecordedPerMinute, RecordedPerMinute, Addresses, time);

    /// <param name="context">The request.</param>
    /// <param name="body">Read with <see cref="RequestSignatures.MaxSuffix"/> spare bytes.</param>
    /// <param name="fresh">Reads the agent from the database now, because what is stored of it matters.</param>
    public async ValueTask<AgentRequest> AuthenticateAsync(HttpContext context, BodyReader body, bool fresh = false)
    {
        var name = context.Request.Headers[AgentHeader.Name] is [{ Length: > 0 and <= FleetLimits.MaxId } id] ? id : null;
        var verdict = signatures.Check(context.Request.Headers, body.SentBuffer, body.SentLength, out var key);
        if (name is null || verdict != SignatureVerdict.Valid)
        {
            var (_, code, detail, _) = verdict == SignatureVerdict.Valid ? Refusals.AgentIdMissing : SignatureRefusals.For(verdict);
            return await RefuseAsync(context, null, code, detail);
        }

        var agent = fresh ? await agents.ReadAsync(name, context.RequestAborted) : await agents.FindAsync(name, context.RequestAborted);
        if (agent is null || !string.Equals(agent.SigningKey, key, StringComparison.Ordinal))
        {
            return await RefuseAsync(context, agent, ErrorCodes.AgentUnknown, "No agent with this id uses this key. Enrol it with a code from the admin.");
        }

        if (agent.IsRevoked)
        {
            return await RefuseAsync(context, agent, ErrorCodes.AgentRevoked, "This agent was revoked. Enrol it again with a new code.");
        }

        _ = SignatureHeader.TryParseTimestamp(context.Request.Headers[SignatureHeader.TimestampName].ToString(), out var at);
        return new AgentRequest(agent, null, at);
    }

    /// <summary>Checks that a heartbeat is newer than every earlier one. A recorded heartbeat that is sent again is refused.</summary>
    /// <returns>Null if it is newer, else the refusal.</returns>
    public async ValueTask<Refusal?> AdvanceAsync(HttpContext context, AgentRequest call, long sequence)
    {
        var agent = call.Agent!;
        switch (await sequences.AdvanceAsync(agent, sequence, call.At))
        {
            case SequenceVerdict.Newer:
                return null;
            case SequenceVerdict.BeforeStart:
                // Not recorded as an attempt: every agent's first heartbeat after a restart may be one.
                return new Refusal(StatusCodes.Status403Forbidden, ErrorCodes.TimestampStale, "This heartbeat was signed before the receiver started. Send a new one.");
            case SequenceVerdict.Busy:
                return Refusals.StorageBusy;
            case SequenceVerdict.Replayed:
            default:
                return (await RefuseAsync(context, agent, ErrorCodes.Replayed, "This heartbeat, or a newer one, was already accepted.", StatusCodes.Status409Conflict)).Refusal;
        }
    }

    /// <summary>Records and counts a refused attempt.</summary>
    /// <param name="context">The request.</param>
    /// <param name="agent">The agent that it claims to be from, if that exists.</param>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="detail">The message for the sender.</param>
    /// <param name="status">The status code of the answer.</param>
    /// <param name="action">What was attempted, one of <see cref="FleetAction"/>.</param>
    /// <param name="note">An additional note for the record; the sender's words are in quotation marks.</param>
    public async ValueTask<AgentRequest> RefuseAsync(
        HttpContext context, EnrolledAgent? agent, string code, string detail, int status = StatusCodes.Status403Forbidden, string action = FleetAction.Authenticate, string? note = null)
    {
        metrics.Refused(code);
        var address = RequestLimits.AddressOf(context);
        if (_recorded.TryTake(address, out _))
        {
            var actor = new AuditActor(agent is null || code is ErrorCodes.AgentUnknown ? FleetAccess.Anonymous : FleetAccess.Agent, address);
            note ??= context.Request.Headers.Authorization.Count > 0 ? $"{context.Request.Path} with a user's token" : context.Request.Path.Value ?? "";
            await writer.WriteAsync(session =>
            {
                FleetAudit.Write(session, time.GetUtcNow(), new FleetAccess(actor, action, code, AgentId: agent?.AgentId, Detail: note));
                return true;
            });
        }

        return new AgentRequest(null, new Refusal(status, code, detail), default);
    }
}
