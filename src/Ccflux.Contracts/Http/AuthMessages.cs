namespace Ccflux.Contracts.Http;

/// <summary>Answer to <c>POST /token</c>, whose bearer is the refresh token.</summary>
public sealed record TokenReply
{
    public required string AccessToken { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public string TokenType { get; init; } = "Bearer";

    /// <summary>E-mail address of the token's user; null if the receiver does not send it.</summary>
    public string? Email { get; init; }
}

/// <summary>Body of <c>POST /register-key</c>. Schema 2 clients sign it with the key that they register, to prove that they have it.</summary>
public sealed record RegisterKeyRequest
{
    public const int MaxPublicKey = 64;
    public const int MaxDeviceId = 255;

    /// <summary>Ed25519 public key, 32 bytes in base64.</summary>
    public required string PublicKey { get; init; }

    /// <summary>The machine's host name.</summary>
    public required string DeviceId { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 8)]
[JsonSerializable(typeof(TokenReply))]
[JsonSerializable(typeof(RegisterKeyRequest))]
public sealed partial class AuthJson : JsonSerializerContext;
