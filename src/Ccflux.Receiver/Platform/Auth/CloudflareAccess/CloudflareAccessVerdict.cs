namespace Ccflux.Receiver.Platform.Auth.CloudflareAccess;

/// <summary>What a token of Cloudflare Access came to.</summary>
internal enum CloudflareAccessVerdict
{
    Valid = 1,

    /// <summary>The request carries none: it did not come through Access.</summary>
    Missing = 2,

    /// <summary>Not of the form, or signed with anything but RS256.</summary>
    Malformed = 3,

    /// <summary>Signed by nobody the team knows.</summary>
    UnknownKey = 4,

    Forged = 5,

    Expired = 6,

    /// <summary>Its time has not come: a clock is wrong.</summary>
    NotYet = 7,

    /// <summary>Made for another application.</summary>
    WrongAudience = 8,

    /// <summary>Made by another team.</summary>
    WrongIssuer = 9,

    /// <summary>The keys cannot be had, so nothing can be said. The door stays shut.</summary>
    Unverifiable = 10,
}
