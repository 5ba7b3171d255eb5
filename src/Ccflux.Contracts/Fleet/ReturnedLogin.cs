using System.Text.Json;

namespace Ccflux.Contracts.Fleet;

/// <summary>Body of <c>POST /agent/credential</c>: a login that the client renewed, or that an agent hands back when it swaps away.</summary>
public sealed record ReturnedLogin
{
    /// <summary>The account it came from, as the swap named it.</summary>
    public required string AccountIdHint { get; init; }

    /// <summary>Fingerprint of the login that the agent was given, or brought last. It is the same as the new one's where nothing was renewed.</summary>
    public required string Replaces { get; init; }

    /// <summary>True when the agent has taken the login out of its config dir; false when the client goes on with it.</summary>
    public required bool HandedBack { get; init; }

    /// <summary>A <see cref="ReturnedLoginContent"/> sealed to the receiver, in base64, bound by <see cref="SealContext"/>.</summary>
    public required string Sealed { get; init; }

    /// <summary>What the seal is bound to.</summary>
    public string SealContext(string agentId) => Context(agentId, AccountIdHint, Replaces, HandedBack);

    public static string Context(string agentId, string accountIdHint, string replaces, bool handedBack) =>
        $"ccflux credential\n{agentId}\n{accountIdHint}\n{replaces}\n{(handedBack ? "back" : "kept")}";
}

/// <summary>What is sealed in a <see cref="ReturnedLogin"/>.</summary>
public sealed record ReturnedLoginContent
{
    [JsonPropertyName("claudeAiOauth")]
    public required JsonElement ClaudeAiOauth { get; init; }
}

/// <summary>Answer to a credential that was taken.</summary>
public sealed record ReturnedLoginReply
{
    /// <summary>Fingerprint of the login that the receiver keeps now.</summary>
    public required string Fingerprint { get; init; }
}
