using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Http.Ingest;

namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary><c>POST /heartbeat</c>, step by step: authenticate, rate-limit, parse, validate, refuse what is not newer, note, answer with commands.</summary>
internal sealed class HeartbeatEndpoint(AgentGate gate, LiveSessions sessions, AgentCommandQueue commands, HttpOptions http, TimeProvider time)
{
    /// <summary>Twelve are regular; the rest are for sessions that start and end.</summary>
    public const int PerMinute = 30;

    private readonly IngestFront<AgentRequest, Heartbeat> _front = new(
        new BodyRules(http.BodyLimitKb, Refusals.AgentBodyTooLarge),
        gate.AdmissionAt(
            new RateRule(new KeyedRateLimiter(PerMinute, PerMinute, AgentStore.MaxAgents, time), wait => Refusals.TooManyHeartbeats(PerMinute, wait)), fresh: true),
        JsonBody.Parser(FleetJson.Default.Heartbeat, HeartbeatRules.Fault, "The body is not a heartbeat: it is malformed, or a field is missing or has the wrong type."));

    public async Task<IResult> PostAsync(HttpContext context)
    {
        using var request = await _front.ReadAsync(context);
        if (!request.TryGet(out var call, out var heartbeat, out var refusal))
        {
            return refusal;
        }

        if (await gate.AdvanceAsync(context, call, heartbeat.Sequence) is { } replayed)
        {
            return replayed;
        }

        sessions.Note(call.Agent, heartbeat);
        return await commands.ExchangeAsync(call.Agent, heartbeat, context.RequestAborted) is { } answer
            ? TypedResults.Json(new HeartbeatReply { Commands = answer, NextSeconds = FleetLimits.HeartbeatSeconds }, FleetJson.Default.HeartbeatReply)
            : Refusals.StorageBusy;
    }
}
