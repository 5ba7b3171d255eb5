using Ccflux.Contracts.Http;
using Ccflux.Receiver.Identity.Erasure;
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
    public async Task<WriteResult<TokenReply?>> ExchangeAsync(string token)
    {
        var hashed = false;
        var result = await writer.WriteAsync(session =>
        {
            var (stored, now) = (SecretToken.Stored(token), time.GetUtcNow());
            var facts = ExchangeFacts.Load(session, stored, PlainOf(token), now);
            var plan = TokenExchangeRule.Decide(facts, stored, options, now);
            hashed = plan?.PlainToken is not null;
            return plan is null ? null : Save(session, stored, plan, now);
        });
        if (hashed && result.Status == WriteStatus.Committed)
        {
            residue.Left();
        }

        return result;
    }

    /// <summary>How the token is stored if it was inserted manually and is not hashed yet.</summary>
    private static string PlainOf(string token) => SecretToken.IsStored(token) ? SecretToken.Stored(token) : token;

    private static TokenReply Save(WriteSession session, string stored, ExchangePlan plan, DateTimeOffset now)
    {
        if (plan.PlainToken is { } plain)
        {
            Tombstones.Lift(session, plan.Email, now);
            session.Execute(TokensSql.DeleteRefresh, ("token", stored));
            session.Execute(TokensSql.HashRefresh, ("token", stored), ("email", plan.Email), ("old_token", plain));
        }

        session.Execute(TokensSql.RollRefresh, ("expires_at", SqlTime.Text(plan.RefreshExpiresAt)), ("now_text", SqlTime.Text(now)), ("token", stored));
        var userId = plan.UserId ?? session.Insert(UsersSql.Upsert, ("email", plan.Email), ("division", plan.Division), ("now", now.ToUnixTimeMilliseconds()));

        var access = SecretToken.NewAccess();
        session.Execute(TokensSql.DeleteExpiredAccess, ("now", now.ToUnixTimeMilliseconds()));
        session.Execute(
            TokensSql.InsertAccess,
            ("hash", SecretToken.Hash(access)),
            ("user", userId),
            ("refresh_token", stored),
            ("now", now.ToUnixTimeMilliseconds()),
            ("expires_at", plan.AccessExpiresAt.ToUnixTimeMilliseconds()));
        session.Execute(TokensSql.DeleteOldestAccess, ("refresh_token", stored), ("keep", MaxAccessTokens));
        return new TokenReply { AccessToken = access, ExpiresAt = plan.AccessExpiresAt, Email = plan.Email };
    }
}
