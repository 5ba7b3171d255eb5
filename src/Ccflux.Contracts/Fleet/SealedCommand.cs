using System.Globalization;
using System.Text.Json;
using Ccflux.Contracts.Http;

namespace Ccflux.Contracts.Fleet;

/// <summary>An order for an agent: readable only by that agent, and signed by its receiver. Instants are whole seconds.</summary>
public sealed record SealedCommand
{
    public const string Swap = "swap";

    /// <summary>Increases from command to command. An agent remembers the largest id that it accepted and accepts only larger ones; a command that it
    /// has carried out and receives again is confirmed again.</summary>
    public required long Id { get; init; }

    /// <summary><see cref="Swap"/> is the only kind so far.</summary>
    public required string Kind { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>It is not carried out after this instant.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>A <see cref="SwapContent"/> sealed with <see cref="CredentialSeal"/>, in base64, bound by <see cref="SealContext"/>.</summary>
    public required string Sealed { get; init; }

    /// <summary>The receiver's signature over all of the above and the agent's id, in base64: see <see cref="CommandSignature"/>.</summary>
    public required string Signature { get; init; }

    /// <summary>The context that the seal is bound to: moved to another agent, id, kind or time, it cannot be opened.</summary>
    public string SealContext(string agentId) => Context(agentId, Id, Kind, IssuedAt, ExpiresAt);

    public static string Context(string agentId, long id, string kind, DateTimeOffset issuedAt, DateTimeOffset expiresAt) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"ccflux command\n{agentId}\n{id}\n{kind}\n{SignatureHeader.FormatTimestamp(issuedAt)}\n{SignatureHeader.FormatTimestamp(expiresAt)}");
}

/// <summary>The login that a swap puts into a config directory.</summary>
public sealed record SwapContent
{
    /// <summary>The admin's label for the account.</summary>
    public required string AccountLabel { get; init; }

    /// <summary>The account's id, to be sent back in <see cref="ReturnedLogin.AccountIdHint"/>.</summary>
    public required string AccountId { get; init; }

    /// <summary>The login, in the client's form. Without a refresh token it is a copy that its holder cannot renew.</summary>
    [JsonPropertyName("claudeAiOauth")]
    public required JsonElement ClaudeAiOauth { get; init; }

    /// <summary>Fingerprint of this login.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Fingerprint of the login that must be in place before; empty if there must be none.</summary>
    public required string Replaces { get; init; }
}
