namespace Ccflux.Receiver.Identity.Users;

/// <summary>The user behind an access token.</summary>
internal sealed record TokenUser(long UserId, string Email)
{
    /// <summary>Without the address: records may end up in a log.</summary>
    public override string ToString() => $"user {UserId.ToString(CultureInfo.InvariantCulture)}";
}
