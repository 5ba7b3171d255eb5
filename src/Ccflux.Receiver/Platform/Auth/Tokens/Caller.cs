namespace Ccflux.Receiver.Platform.Auth.Tokens;

/// <summary>The user behind an access token.</summary>
internal sealed record Caller(long UserId, string Email);
