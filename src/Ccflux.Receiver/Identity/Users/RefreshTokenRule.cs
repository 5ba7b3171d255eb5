using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>What is stored about a user's refresh tokens.</summary>
/// <param name="HasLive">Whether one is neither revoked nor expired.</param>
/// <param name="Newest">The one that a new token takes its values from: one that is not revoked, if there is any, and then the newest. Null if the user never had one.</param>
internal sealed record RefreshTokenFacts(bool HasLive, IssuedToken? Newest)
{
    /// <summary>Locks the user, who must not get two tokens at once.</summary>
    public static RefreshTokenFacts Load(WriteSession session, string email, DateTimeOffset now)
    {
        session.Scalar(UsersSql.LockByEmail, ("email", email));
        return new RefreshTokenFacts(
            session.Scalar(UsersSql.CountLiveTokens, ("email", email), ("now_text", SqlTime.Text(now))) > 0,
            session.First(UsersSql.SelectNewestToken, static rows => new IssuedToken(rows.Int64OrNull(0), rows.Text(1)), ("email", email)));
    }
}

/// <param name="Days">How many days it is valid after each use; null if it has no number of its own.</param>
/// <param name="Division">The user's division when it was issued; empty if it has none.</param>
internal sealed record IssuedToken(long? Days, string Division);

/// <summary>Whether a user gets a refresh token.</summary>
/// <param name="Fault">Why not; null if the user gets one.</param>
/// <param name="Days">How many days it is valid after each use.</param>
/// <param name="Division">The division that it states.</param>
/// <param name="EndsEarlier">Whether it replaces the user's earlier tokens.</param>
/// <param name="SetsDivision">Whether its division becomes the user's.</param>
internal sealed record TokenIssue(AccountFault? Fault, int Days = 0, string Division = "", bool EndsEarlier = false, bool SetsDivision = false);

/// <summary>Decides about a user's refresh tokens. Pure.</summary>
internal static class RefreshTokenRule
{
    /// <summary>A user, new or known, gets a token only if none is live.</summary>
    public static TokenIssue Add(RefreshTokenFacts facts, string division, int days) => facts.HasLive
        ? new TokenIssue(AccountFault.AlreadyLive)
        : new TokenIssue(null, days, division, SetsDivision: division.Length > 0);

    /// <summary>A user who had a token gets another one, with the earlier one's division and, unless <paramref name="days"/> are given, its days.</summary>
    public static TokenIssue Reissue(RefreshTokenFacts facts, int? days) => facts.Newest is not { } earlier
        ? new TokenIssue(AccountFault.UnknownUser)
        : new TokenIssue(null, (int)Math.Clamp(days ?? earlier.Days ?? UserAdministration.DefaultDays, 1, UserRules.MaxDays), earlier.Division, EndsEarlier: true);
}
