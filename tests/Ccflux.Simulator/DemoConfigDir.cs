using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;

namespace Ccflux.Simulator;

/// <summary>A config directory of the demo's fleet: sessions that work, rest and end, and an agent that sends heartbeats, swaps logins and returns them.</summary>
/// <param name="machine">The machine, named like those of the demo's users.</param>
/// <param name="email">E-mail address of its user.</param>
/// <param name="models">One model per session.</param>
/// <param name="seed">Determines what it does.</param>
public sealed class DemoConfigDir(SimulatedUpstream upstream, Uri receiver, string machine, string email, IReadOnlyList<string> models, int seed, TimeProvider time) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly List<LiveSession> _sessions = [];
    private int _silentBeats;

    public SimulatedAgent Agent { get; } = new(receiver, machine, time)
    {
        ConfigDirId = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("demo " + machine)))[..16],
    };

    public string Email => email;

    /// <summary>The number of the account whose login is in place; null while there is none.</summary>
    public int? Account => upstream.Accounts.FirstOrDefault(account => string.Equals(account.Id, Agent.Account, StringComparison.Ordinal))?.Number;

    /// <summary>Sessions that use the account now.</summary>
    public IReadOnlyList<LiveSession> Working => [.. _sessions.Where(session => session.State is not SessionState.Idle)];

    /// <summary>A heartbeat: what the sessions do, what the receiver wants done, and what is returned.</summary>
    public async Task BeatAsync()
    {
        Live();
        if (_silentBeats > 0)
        {
            _silentBeats--;
            return;
        }

        var heartbeat = Agent.Heartbeat(0) with { Sequence = time.GetUtcNow().ToUnixTimeMilliseconds(), Sessions = [.. _sessions] };
        using var answer = await Agent.PostAsync(Routes.Heartbeat, JsonSerializer.SerializeToUtf8Bytes(heartbeat, FleetJson.Default.Heartbeat));
        if (!answer.IsSuccessStatusCode)
        {
            return;
        }

        var commands = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), FleetJson.Default.HeartbeatReply)!.Commands;
        // Like the real agent: nothing is swapped during a tool call.
        if (!_sessions.Exists(session => session.State is SessionState.Tool))
        {
            Agent.Take(commands);
        }

        await Agent.HandBackAsync();
        if (TryRenew())
        {
            using var brought = await Agent.ReturnAsync();
        }
    }

    public void Dispose() => Agent.Dispose();

    private void Live()
    {
        foreach (var model in models.Skip(_sessions.Count).Where(_ => _random.Next(6) == 0))
        {
            _sessions.Add(new LiveSession { SessionId = Guid.NewGuid().ToString(), Model = model, State = SessionState.Turn, Since = time.GetUtcNow() });
        }

        for (var index = 0; index < _sessions.Count; index++)
        {
            var next = Next(_sessions[index].State);
            _sessions[index] = next == _sessions[index].State ? _sessions[index] : _sessions[index] with { State = next, Since = time.GetUtcNow() };
        }

        if (_sessions.Count > 1 && _random.Next(180) == 0)
        {
            _sessions.RemoveAt(_random.Next(_sessions.Count));
        }

        // A closed laptop lid: stale, and then back.
        _silentBeats = _silentBeats == 0 && _random.Next(150) == 0 ? 6 : _silentBeats;
    }

    private string Next(string state) => (state, _random.Next(10)) switch
    {
        (SessionState.Idle, 0) => SessionState.Turn,
        (SessionState.Turn, 0) => SessionState.Idle,
        (SessionState.Turn, < 4) => SessionState.Tool,
        (SessionState.Tool, < 7) => SessionState.Turn,
        _ => state,
    };

    /// <summary>Renews the login as the client does within five minutes of its expiry: with whatever refresh token is there. A copy has none.</summary>
    private bool TryRenew()
    {
        if (Agent.Login is not { } login || login["refreshToken"]?.GetValue<string>() is not { Length: > 0 } token
            || login["expiresAt"]!.GetValue<long>() > time.GetUtcNow().AddMinutes(5).ToUnixTimeMilliseconds())
        {
            return false;
        }

        var request = new JsonObject { ["grant_type"] = "refresh_token", ["refresh_token"] = token };
        var answer = upstream.Answer("POST", SimulatedUpstream.TokenPath, _ => null, request.ToJsonString());
        if (answer.Status != 200)
        {
            return false;
        }

        var renewed = JsonNode.Parse(answer.Body)!;
        login["accessToken"] = renewed["access_token"]!.GetValue<string>();
        login["refreshToken"] = renewed["refresh_token"]!.GetValue<string>();
        login["expiresAt"] = time.GetUtcNow().AddSeconds(renewed["expires_in"]!.GetValue<int>()).ToUnixTimeMilliseconds();
        return true;
    }
}
