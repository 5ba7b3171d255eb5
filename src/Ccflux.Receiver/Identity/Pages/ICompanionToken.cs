using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Identity.Pages;

/// <summary>Another token that a user gets with each new refresh token, for a slice that usage does not know.</summary>
internal interface ICompanionToken
{
    /// <summary>Issues one and ends earlier ones. Null if that is not possible now: the admin then issues it on its own page.</summary>
    Task<CompanionToken?> IssueAsync(Actor actor, string email, string address);
}

/// <param name="Settings">The settings that the user's machine needs with it, ready to paste.</param>
public sealed record CompanionToken(string Name, string Token, string Settings)
{
    /// <summary>Without the token: records may end up in a log.</summary>
    public override string ToString() => Name;
}
