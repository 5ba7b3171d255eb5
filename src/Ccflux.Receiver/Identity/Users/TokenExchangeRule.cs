using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>A live refresh token.</summary>
/// <param name="Stored">As it is stored: hashed, or plain if it was inserted manually and not seen yet.</param>
/// <param name="Email">As it is stored; a manually inserted one is not normalised.</param>
/// <param name="Division">Empty if it has none.</param>
/// <param name="Days">How many days it is valid after each use; null if it has no number of its own.</param>
internal sealed record LiveToken(string Stored, string Email, string Division, long? Days);

/// <summary>A user, as far as an exchange may change them.</summary>
internal sealed record KnownUser(long UserId, string Division);

/// <summary>What decides whether a refresh token is exchanged.</summary>
/// <param name="Token">Null if it is unknown, revoked or expired.</param>
/// <param name="User">The user of its e-mail address; null if there is none yet.</param>
internal sealed record ExchangeFacts(LiveToken? Token, KnownUser? User)
{
    /// <summary>Locks the token.</summary>
    /// <param name="session">The session of the write.</param>
    /// <param name="stored">The token, hashed.</param>
    /// <param name="plain">The token as it is stored before it is hashed.</param>
    /// <param name="now">The current time.</param>
    public static ExchangeFacts Load(WriteSession session, string stored, string plain, DateTimeOffset now)
    {
        var token = session.First(
            TokensSql.SelectLiveRefresh,
            static rows => new LiveToken(rows.Text(0), rows.Text(1), rows.Text(2), rows.Int64OrNull(3)),
            ("stored", stored),
            ("plain", plain),
            ("now_text", SqlTime.Text(now)));
        var user = token is not null && UserRules.TryNormalize(token.Email, out var email)
            ? session.First(UsersSql.SelectUser, static rows => new KnownUser(rows.Int64(0), rows.Text(1)), ("email", email))
            : null;
        return new ExchangeFacts(token, user);
    }
}

/// <summary>What an exchange changes.</summary>
/// <param name="Email">The user's e-mail address.</param>
/// <param name="UserId">The user; null if one is added, or gets the token's division.</param>
/// <param name="Division">The token's division.</param>
/// <param name="PlainToken">The token as it is stored, if it is to be replaced by its hash; null if it is hashed already.</param>
/// <param name="RefreshExpiresAt">The refresh token's new expiry, unless it is valid for longer or for ever.</param>
/// <param name="AccessExpiresAt">The access token's expiry.</param>
internal sealed record ExchangePlan(
    string Email, long? UserId, string Division, string? PlainToken, DateTimeOffset RefreshExpiresAt, DateTimeOffset AccessExpiresAt);

/// <summary>Decides whether a refresh token is exchanged for an access token. Pure.</summary>
internal static class TokenExchangeRule
{
    /// <param name="facts">What is stored about the token and its user.</param>
    /// <param name="stored">The token, hashed.</param>
    /// <param name="options">How long tokens are valid.</param>
    /// <param name="now">The current time.</param>
    /// <returns>Null if the token is not valid.</returns>
    public static ExchangePlan? Decide(ExchangeFacts facts, string stored, IdentityOptions options, DateTimeOffset now)
    {
        if (facts.Token is not { } token || !UserRules.TryNormalize(token.Email, out var email))
        {
            return null;
        }

        // A division that the user already has is not replaced by a token's.
        var isKnown = facts.User is { } user && (user.Division.Length > 0 || token.Division.Length == 0);
        return new ExchangePlan(
            email,
            isKnown ? facts.User!.UserId : null,
            token.Division,
            string.Equals(token.Stored, stored, StringComparison.Ordinal) ? null : token.Stored,
            now.AddDays(Math.Clamp(token.Days ?? options.RefreshTokenRollingDays, 1, UserRules.MaxDays)),
            now.AddSeconds(options.AccessTokenExpirySeconds));
    }
}
