using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>A row of <c>refresh_tokens</c> that an admin inserted manually, as it is stored.</summary>
internal sealed record ManualToken(long Row, string Token, string Email, string Division);

/// <summary>What becomes of a manually inserted token.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Stored">The token, hashed.</param>
/// <param name="Email">The normalised e-mail address of its user; null if it is refused.</param>
/// <param name="Division">The division of its user.</param>
/// <param name="RefusedEmail">The refused e-mail address in printable characters, for the audit log; null if there is nothing to note.</param>
internal sealed record ManualTokenChange(long Row, string Stored, string? Email, string Division, string? RefusedEmail);

/// <summary>An e-mail address that is replaced by its normalised spelling, for the user and for the tokens that have it.</summary>
internal sealed record EmailRepair(long UserId, string Former, string Email);

/// <summary>Decides what becomes of manually inserted tokens and of e-mail addresses in other spellings. Pure.</summary>
internal static class ManualTokenRule
{
    /// <summary>Hashes a plain token and normalises its e-mail address. A token whose e-mail address can name no user is refused.</summary>
    public static ManualTokenChange Decide(ManualToken token)
    {
        var stored = SecretToken.IsStored(token.Token) ? token.Token : SecretToken.Stored(token.Token);
        return UserRules.TryNormalize(token.Email, out var email)
            ? new ManualTokenChange(token.Row, stored, email, token.Division, RefusedEmail: null)
            : new ManualTokenChange(token.Row, stored, Email: null, "", string.IsNullOrWhiteSpace(token.Email) ? null : UserRules.Printable(token.Email));
    }

    /// <summary>The repair of a user's e-mail address; null if it is normalised or cannot be.</summary>
    public static EmailRepair? Repair(long userId, string email) =>
        UserRules.TryNormalize(email, out var address) && !string.Equals(address, email, StringComparison.Ordinal) ? new EmailRepair(userId, email, address) : null;
}
