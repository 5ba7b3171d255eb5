using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Http.Ingest;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>The agent that sent a request.</summary>
/// <param name="At">The time that the request was signed with.</param>
internal sealed record AgentRequest(EnrolledAgent Agent, DateTimeOffset At);

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

    /// <summary>Admits enrolled agents that sign their requests.</summary>
    /// <param name="rate">How often an agent may send, by its id.</param>
    /// <param name="fresh">Reads the agent from the database each time, because what is stored of it matters.</param>
    public SignedAdmission<AgentRequest> AdmissionAt(RateRule rate, bool fresh = false) => async (context, body) =>
    {
        var authenticated = await AuthenticateAsync(context, body, fresh);
        if (authenticated.Value is { } call && rate.Take(call.Agent.AgentId) is { } tooMany)
        {
            metrics.Refused(tooMany.Code);
            return tooMany;
        }

        return authenticated;
    };

    private async ValueTask<Checked<AgentRequest>> AuthenticateAsync(HttpContext context, BodyReader body, bool fresh)
    {
        var name = context.Request.Headers[AgentHeader.Name] is [{ Length: > 0 and <= FleetLimits.MaxId } id] ? id : null;
        var verdict = signatures.Check(context.Request, body, out var key);
        if (name is null || verdict != SignatureVerdict.Valid)
        {
            return await RefuseAsync(context, null, verdict == SignatureVerdict.Valid ? Refusals.AgentIdMissing : SignatureRefusals.For(verdict));
        }

        var agent = fresh ? await agents.ReadAsync(name, context.RequestAborted) : await agents.FindAsync(name, context.RequestAborted);
        if (agent is null || !string.Equals(agent.SigningKey, key, StringComparison.Ordinal))
        {
            return await RefuseAsync(context, agent, Refusals.AgentUnknown);
        }

        if (agent.IsRevoked)
        {
            return await RefuseAsync(context, agent, Refusals.AgentRevoked);
        }

        _ = SignatureHeader.TryParseTimestamp(context.Request.Headers[SignatureHeader.TimestampName].ToString(), out var at);
        return new AgentRequest(agent, at);
    }

    /// <summary>Checks that a heartbeat is newer than every earlier one. A recorded heartbeat that is sent again is refused.</summary>
    /// <returns>Null if it is newer, else the refusal.</returns>
    public async ValueTask<Refusal?> AdvanceAsync(HttpContext context, AgentRequest call, long sequence)
    {
        switch (await sequences.AdvanceAsync(call.Agent, sequence, call.At))
        {
            case SequenceVerdict.Newer:
                return null;
            case SequenceVerdict.BeforeStart:
                // Not recorded as an attempt: every agent's first heartbeat after a restart may be one.
                return Refusals.HeartbeatBeforeStart;
            case SequenceVerdict.Busy:
                return Refusals.StorageBusy;
            case SequenceVerdict.Replayed:
            default:
                return await RefuseAsync(context, call.Agent, Refusals.HeartbeatReplayed);
        }
    }

    /// <summary>Records and counts a refused attempt.</summary>
    /// <param name="context">The request.</param>
    /// <param name="agent">The agent that it claims to be from, if that exists.</param>
    /// <param name="refusal">The answer.</param>
    /// <param name="action">What was attempted, one of <see cref="FleetAction"/>.</param>
    /// <param name="note">An additional note for the record; the sender's words are in quotation marks.</param>
    /// <returns>The answer.</returns>
    public async ValueTask<Refusal> RefuseAsync(HttpContext context, EnrolledAgent? agent, Refusal refusal, string action = FleetAction.Authenticate, string? note = null)
    {
        var code = refusal.Code;
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

        return refusal;
    }
}
