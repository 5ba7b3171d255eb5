using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Delivery;

namespace Ccflux.Hook.Agent;

/// <summary>What an agent asks of its receiver: everything signed with its own key, logins sealed to the receiver's.</summary>
internal sealed class AgentClient(Enrolment enrolment, DeviceKey key, TimeProvider time) : IDisposable
{
    private readonly ClockSkew _clock = new(time);
    private ReceiverClient? _client;

    public DateTimeOffset ServerNow() => _clock.ServerNow();

    public Task<ReceiverResponse> SendHeartbeatAsync(Heartbeat heartbeat, CancellationToken cancellationToken) =>
        PostAsync(Routes.Heartbeat, JsonSerializer.SerializeToUtf8Bytes(heartbeat, FleetJson.Default.Heartbeat), cancellationToken);

    /// <param name="accountId">Whose login it is, as far as is known.</param>
    /// <param name="replaces">Fingerprint that the receiver knows.</param>
    /// <param name="handedBack">Whether the config dir has it no longer.</param>
    /// <param name="login">In the client's form.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<ReceiverResponse> ReturnAsync(string accountId, string replaces, bool handedBack, JsonElement login, CancellationToken cancellationToken)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(new ReturnedLoginContent { ClaudeAiOauth = login }, FleetJson.Default.ReturnedLoginContent);
        var returned = new ReturnedLogin
        {
            AccountIdHint = accountId,
            Replaces = replaces,
            HandedBack = handedBack,
            Sealed = CredentialSeal.Seal(enrolment.ReceiverKey, content, ReturnedLogin.Context(enrolment.AgentId, accountId, replaces, handedBack)),
        };
        return PostAsync(Routes.AgentCredential, JsonSerializer.SerializeToUtf8Bytes(returned, FleetJson.Default.ReturnedLogin), cancellationToken);
    }

    public void Dispose() => _client?.Dispose();

    private async Task<ReceiverResponse> PostAsync(string route, byte[] json, CancellationToken cancellationToken)
    {
        _client ??= new ReceiverClient(new Uri(enrolment.Endpoint), _clock, Environment.GetEnvironmentVariable("CCFLUX_CA_CERT"));
        var answer = await _client.PostAsAgentAsync(route, enrolment.AgentId, json, key, cancellationToken).ConfigureAwait(false);
        _clock.Follow(answer.ServerTime);
        if (answer is { Status: 403, Code: ErrorCodes.TimestampStale })
        {
            // Now that the receiver's clock is known, or its start is past.
            answer = await _client.PostAsAgentAsync(route, enrolment.AgentId, json, key, cancellationToken).ConfigureAwait(false);
        }

        return answer;
    }
}
