using System.Text.Json;

namespace Ccflux.Contracts.Fleet;

/// <summary>Body of <c>POST /agent/credential</c>: a login that the client renewed, or that an agent hands back when it swaps.</summary>
public sealed record ReturnedLogin
{
    /// <summary>The account that it belongs to, as named in the swap.</summary>
    public required string AccountIdHint { get; init; }

    /// <summary>Fingerprint of the login that the agent was given, or last returned. It equals the new one's if nothing was renewed.</summary>
    public required string Replaces { get; init; }

    /// <summary>True if the agent has removed the login from its config directory; false if the client continues with it.</summary>
    public required bool HandedBack { get; init; }

    /// <summary>A <see cref="ReturnedLoginContent"/> sealed to the receiver, in base64, bound by <see cref="SealContext"/>.</summary>
    public required string Sealed { get; init; }

    /// <summary>The context that the seal is bound to.</summary>
    public string SealContext(string agentId) => Context(agentId, AccountIdHint, Replaces, HandedBack);

    public static string Context(string agentId, string accountIdHint, string replaces, bool handedBack) =>
        $"ccflux credential\n{agentId}\n{accountIdHint}\n{replaces}\n{(handedBack ? "back" : "kept")}";
}

/// <summary>The sealed content of a <see cref="ReturnedLogin"/>.</summary>
public sealed record ReturnedLoginContent
{
    [JsonPropertyName("claudeAiOauth")]
    public required JsonElement ClaudeAiOauth { get; init; }
}

/// <summary>Answer to a login that was accepted.</summary>
public sealed record ReturnedLoginReply
{
    /// <summary>Fingerprint of the login that the receiver has now.</summary>
    public required string Fingerprint { get; init; }
}
