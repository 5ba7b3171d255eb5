namespace Ccflux.Receiver.Identity.Users;

/// <summary>The user behind an access token.</summary>
internal sealed record TokenUser(long UserId, string Email);
