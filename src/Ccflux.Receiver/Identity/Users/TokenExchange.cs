using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Exchanges a refresh token for an access token. Each use rolls the refresh token's expiry by its own number of days.</summary>
internal sealed class TokenExchange(ReadSessions readers, GroupCommitWriter writer, PlaintextResidue residue, IdentityOptions options, TimeProvider time)
{
    /// <summary>Maximum number of live access tokens per refresh token; the oldest are removed. A machine has one for each of its config directories.</summary>
    private const int MaxAccessTokens = 50;

    /// <summary>Whether the token is valid now. Turns strangers away before they reach the writer's queue.</summary>
    public async Task<bool> IsLiveAsync(string token, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenUrgentAsync(cancellationToken);
        return session.Scalar(
            TokensSql.IsLiveRefresh,
            ("stored", SecretToken.Stored(token)),
            ("plain", PlainOf(token)),
            ("now_text", SqlTime.Text(time.GetUtcNow()))) > 0;
    }

    /// <summary>The status shows whether the store could write; a committed null means that the token is not valid.</summary>
    public Task<WriteResult<TokenReply?>> ExchangeAsync(string token) =>
        writer.WriteAsync(session => Exchange(session, SecretToken.Stored(token), PlainOf(token)));

    /// <summary>How the token is stored if it was inserted manually and is not hashed yet.</summary>
    private static string PlainOf(string token) => SecretToken.IsStored(token) ? SecretToken.Stored(token) : token;

    private TokenReply? Exchange(WriteSession session, string stored, string plain)
    {
        var now = time.GetUtcNow();
        if (SelectLive(session, stored, plain, now) is not { } refresh || !UserRules.TryNormalize(refresh.Email, out var email))
        {
            return null;
        }

        if (!string.Equals(refresh.Token, stored, StringComparison.Ordinal))
        {
            session.Execute(TokensSql.DeleteRefresh, ("token", stored));
            session.Execute(TokensSql.HashRefresh, ("token", stored), ("email", email), ("old_token", refresh.Token));
            residue.Left();
        }

        var days = refresh.DaysValid ?? options.RefreshTokenRollingDays;
        session.Execute(
            TokensSql.RollRefresh,
            ("expires_at", SqlTime.Text(now.AddDays(Math.Clamp(days, 1, 3650)))),
            ("now_text", SqlTime.Text(now)),
            ("token", stored));
        var userId = session.Insert(UsersSql.Upsert, ("email", email), ("division", refresh.Division), ("now", now.ToUnixTimeMilliseconds()));

        var access = SecretToken.NewAccess();
        var expires = now.AddSeconds(options.AccessTokenExpirySeconds);
        session.Execute(TokensSql.DeleteExpiredAccess, ("now", now.ToUnixTimeMilliseconds()));
        session.Execute(
            TokensSql.InsertAccess,
            ("hash", SecretToken.Hash(access)),
            ("user", userId),
            ("refresh_token", stored),
            ("now", now.ToUnixTimeMilliseconds()),
            ("expires_at", expires.ToUnixTimeMilliseconds()));
        session.Execute(TokensSql.DeleteOldestAccess, ("refresh_token", stored), ("keep", MaxAccessTokens));
        return new TokenReply { AccessToken = access, ExpiresAt = expires, Email = email };
    }

    private static Refresh? SelectLive(WriteSession session, string stored, string plain, DateTimeOffset now)
    {
        using var rows = session.Query(TokensSql.SelectLiveRefresh, ("stored", stored), ("plain", plain), ("now_text", SqlTime.Text(now)));
        return rows.Read() ? new Refresh(rows.Text(0), rows.Text(1), rows.Text(2), rows.Int64OrNull(3)) : null;
    }

    private sealed record Refresh(string Token, string Email, string Division, long? DaysValid);
}
