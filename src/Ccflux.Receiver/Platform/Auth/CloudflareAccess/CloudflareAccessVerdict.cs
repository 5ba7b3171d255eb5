namespace Ccflux.Receiver.Platform.Auth.CloudflareAccess;

/// <summary>The result of verifying a Cloudflare Access token.</summary>
internal enum CloudflareAccessVerdict
{
    Valid = 1,

    /// <summary>The request has no token: it did not come through Access.</summary>
    Missing = 2,

    /// <summary>Malformed, or signed with anything but RS256.</summary>
    Malformed = 3,

    /// <summary>Signed with a key that the team does not have.</summary>
    UnknownKey = 4,

    Forged = 5,

    Expired = 6,

    /// <summary>Not valid yet: a clock is wrong.</summary>
    NotYet = 7,

    /// <summary>Issued for another application.</summary>
    WrongAudience = 8,

    /// <summary>Issued by another team.</summary>
    WrongIssuer = 9,

    /// <summary>The keys are not available, so the token cannot be verified. Access is denied.</summary>
    Unverifiable = 10,
}
