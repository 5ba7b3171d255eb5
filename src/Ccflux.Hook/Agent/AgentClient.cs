using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Delivery;

namespace Ccflux.Hook.Agent;

/// <summary>Sends an agent's requests to its receiver: all are signed with the agent's own key, and logins are sealed to the receiver's key.</summary>
internal sealed class AgentClient(Enrolment enrolment, DeviceKey key, TimeProvider time) : IDisposable
{
    private readonly ClockSkew _clock = new(time);
    private ReceiverClient? _client;

    public DateTimeOffset ServerNow() => _clock.ServerNow();

    public Task<ReceiverResponse> SendHeartbeatAsync(Heartbeat heartbeat, CancellationToken cancellationToken) =>
        PostAsync(Routes.Heartbeat, JsonSerializer.SerializeToUtf8Bytes(heartbeat, FleetJson.Default.Heartbeat), cancellationToken);

    /// <param name="accountId">The account that the login belongs to, as far as is known.</param>
    /// <param name="replaces">Fingerprint of the login that the receiver knows.</param>
    /// <param name="handedBack">Whether the login is no longer in the config directory.</param>
    /// <param name="login">The login, in the client's form.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
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
            // The receiver's clock is known by now, or the receiver has finished starting.
            answer = await _client.PostAsAgentAsync(route, enrolment.AgentId, json, key, cancellationToken).ConfigureAwait(false);
        }

        return answer;
    }
}
