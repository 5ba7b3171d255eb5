using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Testing;

namespace Ccflux.Simulator;

/// <summary>An agent with its config directory in memory: real keys, real seals, real HTTP.</summary>
public sealed class SimulatedAgent(Uri address, string machine, TimeProvider time) : IDisposable
{
    private readonly ECDiffieHellman _sealing = CredentialSeal.NewKey();
    private readonly List<long> _confirmed = [];
    private readonly List<RefusedCommand> _refused = [];
    private string _receiverKey = "";
    private string _commandKey = "";
    private long _sequence;
    private long _lastCommand;

    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>The receiver that it talks to.</summary>
    public Uri Address { get; set; } = address;

    public DeviceKey Key { get; } = new();

    public string Id { get; set; } = "";

    public string Machine => machine;

    public string ConfigDirId { get; init; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>The login in the config directory.</summary>
    public JsonNode? Login { get; set; }

    public string? Account { get; private set; }

    /// <summary>Fingerprint of the login that it was given, or last returned.</summary>
    public string? Given { get; private set; }

    /// <summary>Logins that it swapped away and has not handed back yet.</summary>
    public List<(string Account, string Given, JsonNode Login)> ToHandBack { get; } = [];

    public SealedCommand? LastCommand { get; private set; }

    public bool RefusesAll { get; set; }

    public string? Applied => Login is null ? null : CredentialFingerprint.Of(JsonSerializer.SerializeToElement(Login));

    public async Task EnrolAsync(string code)
    {
        using var answer = await PostEnrolmentAsync(code);
        answer.EnsureSuccessStatusCode();
        var reply = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), FleetJson.Default.EnrolReply)!;
        Id = reply.AgentId;
        _receiverKey = reply.SealingKey;
        _commandKey = reply.SigningKey;
    }

    public Task<HttpResponseMessage> PostEnrolmentAsync(string code)
    {
        var request = new EnrolRequest
        {
            Code = code,
            SigningKey = Key.PublicKey,
            SealingKey = CredentialSeal.PublicKeyOf(_sealing),
            Machine = machine,
            Platform = "linux-x86_64",
            ConfigDirId = ConfigDirId,
            Version = "1.0.0",
        };
        return PostAsync(Routes.AgentEnrol, JsonSerializer.SerializeToUtf8Bytes(request, FleetJson.Default.EnrolRequest));
    }

    public Heartbeat Heartbeat(int sessions = 1)
    {
        var heartbeat = new Heartbeat
        {
            Sequence = ++_sequence,
            Agent = new AgentInfo { Version = "1.0.0", Platform = "linux-x86_64", Login = LoginPlace.File },
            Applied = Applied,
            Confirmed = [.. _confirmed],
            Refused = [.. _refused],
            Sessions = [.. Enumerable.Range(1, sessions).Select(i => new LiveSession { SessionId = $"s{i}", State = SessionState.Idle, Since = time.GetUtcNow() })],
        };
        return heartbeat;
    }

    /// <summary>A heartbeat as it is sent.</summary>
    public byte[] HeartbeatBody(int sessions = 1) => JsonSerializer.SerializeToUtf8Bytes(Heartbeat(sessions), FleetJson.Default.Heartbeat);

    /// <summary>Carries commands out as a real agent does.</summary>
    public void Take(IReadOnlyList<SealedCommand> commands)
    {
        _confirmed.Clear();
        _refused.Clear();
        foreach (var command in commands)
        {
            LastCommand = command;
            if (command.Id == _lastCommand)
            {
                _confirmed.Add(command.Id);
            }
            else if (Refuse(command) is { } reason)
            {
                _refused.Add(new RefusedCommand(command.Id, reason));
            }
        }
    }

    /// <summary>Carries out a command; null, or why it was refused.</summary>
    public string? Refuse(SealedCommand command)
    {
        if (!CommandSignature.IsValid(_commandKey, Id, command))
        {
            return RefusalReasons.NotSigned;
        }

        if (command.Id < _lastCommand)
        {
            return RefusalReasons.Replayed;
        }

        if (RefusesAll || command.ExpiresAt <= time.GetUtcNow())
        {
            return RefusalReasons.Expired;
        }

        if (CredentialSeal.Open(_sealing, command.Sealed, command.SealContext(Id)) is not { } plain)
        {
            return RefusalReasons.NotForMe;
        }

        var content = JsonSerializer.Deserialize(plain, FleetJson.Default.SwapContent)!;
        if (content.Replaces != (Applied ?? ""))
        {
            return RefusalReasons.Superseded;
        }

        if (Login is not null && Account is not null && Login["refreshToken"]?.GetValue<string>() is { Length: > 0 })
        {
            ToHandBack.Add((Account, Given!, Login));
        }

        Login = JsonNode.Parse(content.ClaudeAiOauth.GetRawText());
        Account = content.AccountId;
        Given = content.Fingerprint;
        _lastCommand = command.Id;
        _confirmed.Add(command.Id);
        return null;
    }

    /// <summary>Returns the login in the config directory, which its client continues to use.</summary>
    public async Task<HttpResponseMessage> ReturnAsync()
    {
        var answer = await ReturnAsync(Account!, Given!, Login!, handedBack: false);
        if (answer.IsSuccessStatusCode)
        {
            Given = Applied;
        }

        return answer;
    }

    public async Task HandBackAsync()
    {
        foreach (var back in ToHandBack.ToList())
        {
            using var answer = await ReturnAsync(back.Account, back.Given, back.Login, handedBack: true);
            if (answer.IsSuccessStatusCode)
            {
                ToHandBack.Remove(back);
            }
        }
    }

    public Task<HttpResponseMessage> ReturnAsync(string account, string replaces, JsonNode login, bool handedBack, string? sealTo = null)
    {
        var content = new ReturnedLoginContent { ClaudeAiOauth = JsonSerializer.SerializeToElement(login) };
        var seal = CredentialSeal.Seal(
            sealTo ?? _receiverKey, JsonSerializer.SerializeToUtf8Bytes(content, FleetJson.Default.ReturnedLoginContent), ReturnedLogin.Context(Id, account, replaces, handedBack));
        var returned = new ReturnedLogin { AccountIdHint = account, Replaces = replaces, HandedBack = handedBack, Sealed = seal };
        return PostAsync(Routes.AgentCredential, JsonSerializer.SerializeToUtf8Bytes(returned, FleetJson.Default.ReturnedLogin));
    }

    public Task<HttpResponseMessage> PostAsync(string path, byte[] body, DeviceKey? signer = null, string? bearer = null, string? agent = null, DateTimeOffset? signedAt = null)
    {
        var timestamp = SignatureHeader.FormatTimestamp(signedAt ?? time.GetUtcNow());
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path)) { Content = new ByteArrayContent(body) };
        request.Headers.Add(SignatureHeader.Name, (signer ?? Key).Header(body, timestamp));
        request.Headers.Add(SignatureHeader.TimestampName, timestamp);
        if ((agent ?? Id) is { Length: > 0 } id)
        {
            request.Headers.Add(AgentHeader.Name, id);
        }

        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        return Client.SendAsync(request);
    }

    public void Dispose()
    {
        Client.Dispose();
        _sealing.Dispose();
    }
}
