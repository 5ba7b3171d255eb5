using System.Globalization;
using System.Text.Json;
using Ccflux.Contracts.Http;

namespace Ccflux.Contracts.Fleet;

/// <summary>Something an agent is to do: readable by that agent only, and signed by its receiver. Instants are whole seconds.</summary>
public sealed record SealedCommand
{
    public const string Swap = "swap";

    /// <summary>Grows from command to command. An agent keeps the largest that it took up and takes none that is not above it; one that it
    /// has carried out and that comes again is confirmed again.</summary>
    public required long Id { get; init; }

    /// <summary><see cref="Swap"/> is the only kind so far.</summary>
    public required string Kind { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>It is not carried out after this.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>A <see cref="SwapContent"/> by <see cref="CredentialSeal"/>, in base64, bound by <see cref="SealContext"/>.</summary>
    public required string Sealed { get; init; }

    /// <summary>The receiver's signature over all of the above and the agent's id, in base64: see <see cref="CommandSignature"/>.</summary>
    public required string Signature { get; init; }

    /// <summary>What the seal is bound to: moved to another agent, id, kind or time, it does not open.</summary>
    public string SealContext(string agentId) => Context(agentId, Id, Kind, IssuedAt, ExpiresAt);

    public static string Context(string agentId, long id, string kind, DateTimeOffset issuedAt, DateTimeOffset expiresAt) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"ccflux command\n{agentId}\n{id}\n{kind}\n{SignatureHeader.FormatTimestamp(issuedAt)}\n{SignatureHeader.FormatTimestamp(expiresAt)}");
}

/// <summary>What a swap puts into a config dir.</summary>
public sealed record SwapContent
{
    /// <summary>What the admin calls the account.</summary>
    public required string AccountLabel { get; init; }

    /// <summary>The account's id, to be given back with <see cref="ReturnedLogin.AccountIdHint"/>.</summary>
    public required string AccountId { get; init; }

    /// <summary>The login in the client's own form. Without a refresh token it is a copy that its holder cannot renew.</summary>
    [JsonPropertyName("claudeAiOauth")]
    public required JsonElement ClaudeAiOauth { get; init; }

    /// <summary>Fingerprint of this login.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Fingerprint of the login that must stand there before; empty where none may.</summary>
    public required string Replaces { get; init; }
}
