namespace Ccflux.Contracts.Fleet;

/// <summary>Body of <c>POST /agent/enrol</c>: pins an agent's two keys. It is signed with the key that it contains, to prove that the agent has it,
/// and has no agent header, since there is no id yet. The code is valid once.</summary>
public sealed record EnrolRequest
{
    /// <summary>The code that was shown to the admin.</summary>
    public required string Code { get; init; }

    /// <summary>Ed25519 public key, 32 bytes in base64.</summary>
    public required string SigningKey { get; init; }

    /// <summary>P-256 public key in base64, as <see cref="CredentialSeal.PublicKeyOf"/> returns it.</summary>
    public required string SealingKey { get; init; }

    /// <summary>The machine's host name.</summary>
    public required string Machine { get; init; }

    /// <summary>Operating system and architecture, such as <c>linux-x86_64</c>.</summary>
    public required string Platform { get; init; }

    /// <summary>16 hex digits that identify the config directory without revealing its path.</summary>
    public required string ConfigDirId { get; init; }

    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }
}

/// <summary>Answer to an enrolment.</summary>
public sealed record EnrolReply
{
    /// <summary>Sent in the header <see cref="AgentHeader.Name"/> of every later request.</summary>
    public required string AgentId { get; init; }

    /// <summary>P-256 public key in base64 that returned logins are sealed to.</summary>
    public required string SealingKey { get; init; }

    /// <summary>P-256 public key in base64 that every command is signed with, see <see cref="CommandSignature"/>. The agent pins it.</summary>
    public required string SigningKey { get; init; }
}

/// <summary>The header that names the agent which signed a request.</summary>
public static class AgentHeader
{
    public const string Name = "X-CCFLUX-Agent";
}
