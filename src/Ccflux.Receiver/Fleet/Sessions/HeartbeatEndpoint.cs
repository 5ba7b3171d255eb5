using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary><c>POST /heartbeat</c>, step by step: authenticate, rate-limit, parse, validate, refuse what is not newer, note, answer with commands.</summary>
internal sealed class HeartbeatEndpoint(AgentGate gate, LiveSessions sessions, AgentCommandQueue commands, FleetMetrics metrics, HttpOptions http, TimeProvider time)
{
    /// <summary>Twelve are regular; the rest are for sessions that start and end.</summary>
    public const int PerMinute = 30;

    private readonly KeyedRateLimiter _limit = new(PerMinute, PerMinute, AgentStore.MaxAgents, time);

    public async Task<IResult> PostAsync(HttpContext context)
    {
        using var body = await BodyReader.ReadAsync(context.Request, http.BodyLimitKb * 1024, RequestSignatures.MaxSuffix, context.RequestAborted);
        if (body.Status != BodyStatus.Read)
        {
            return body.Status == BodyStatus.TooLarge
                ? new Refusal(StatusCodes.Status413PayloadTooLarge, ErrorCodes.TooLarge, $"The body may be at most {http.BodyLimitKb} KiB.")
                : Invalid("The body cannot be decompressed: only gzip is supported.");
        }

        var call = await gate.AuthenticateAsync(context, body, fresh: true);
        if (call.Agent is not { } agent)
        {
            return call.Refusal!;
        }

        if (!_limit.TryTake(agent.AgentId, out var wait))
        {
            metrics.Refused(ErrorCodes.RateLimited);
            return new Refusal(StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited, $"An agent may send at most {PerMinute} heartbeats per minute.", wait);
        }

        if (Parse(body, out var fault) is not { } heartbeat)
        {
            return Invalid(fault);
        }

        if (await gate.AdvanceAsync(context, call, heartbeat.Sequence) is { } refusal)
        {
            return refusal;
        }

        sessions.Note(agent, heartbeat);
        return await commands.ExchangeAsync(agent, heartbeat, context.RequestAborted) is { } answer
            ? TypedResults.Json(new HeartbeatReply { Commands = answer, NextSeconds = FleetLimits.HeartbeatSeconds }, FleetJson.Default.HeartbeatReply)
            : Refusals.StorageBusy;
    }

    private static Heartbeat? Parse(BodyReader body, out string fault)
    {
        fault = "The body is not a heartbeat: it is malformed, or a field is missing or has the wrong type.";
        try
        {
            if (BodyJson.Deserialize(body.Content, FleetJson.Default.Heartbeat) is not { } heartbeat)
            {
                return null;
            }

            fault = HeartbeatRules.Fault(heartbeat) ?? "";
            return fault.Length == 0 ? heartbeat : null;
        }
        catch (JsonException)
        {
            // Answered with the fault above and not with the parser's message, which may quote the input.
            return null;
        }
    }

    private static Refusal Invalid(string detail) => new(StatusCodes.Status400BadRequest, ErrorCodes.InvalidPayload, detail);
}
