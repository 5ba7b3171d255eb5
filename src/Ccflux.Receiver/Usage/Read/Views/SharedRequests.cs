namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>For whom requests count that two users have.</summary>
public enum CountedFor
{
    Both = 0,

    /// <summary>The user whose page it is: the other's are declared to be copies.</summary>
    User = 1,

    /// <summary>The other: this user's are declared to be copies.</summary>
    Other = 2,
}

/// <summary>Requests of a user that another user has too, as the last search found them.</summary>
/// <param name="Requests">0, like all other figures, if none was found and only a declaration is left.</param>
/// <param name="Tokens">Of all four kinds, as the user has them.</param>
/// <param name="FirstAt">Null if none was found, as is the last.</param>
public sealed record SharedRequestsRow(
    UserRef Other, long Requests, long Tokens, long Sessions, DateTimeOffset? FirstAt, DateTimeOffset? LastAt, CountedFor CountedFor);
