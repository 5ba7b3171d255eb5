using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>A refresh token for an access token. Each use rolls the refresh token's expiry by its own days.</summary>
internal sealed class TokenExchange(SqliteReaders readers, GroupCommitWriter writer, PlaintextResidue residue, IdentityOptions options, TimeProvider time)
{
    /// <summary>Live access tokens of one refresh token; the oldest go. A machine holds one for each of its config dirs.</summary>
    private const int MaxAccessTokens = 50;

    /// <summary>Whether the token holds now. Strangers are turned away by this, before they reach the writer's queue.</summary>
    public async Task<bool> IsLiveAsync(string token, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentUrgentAsync(cancellationToken);
        return await lease.Connection.ExecuteScalarAsync<long>(
            TokensSql.IsLiveRefresh,
            new { Stored = SecretToken.Stored(token), Plain = PlainOf(token), NowText = SqlTime.Text(time.GetUtcNow()) }) > 0;
    }

    /// <summary>The status tells apart a store that cannot write now; a committed null is a token that does not hold.</summary>
    public Task<WriteResult<TokenReply?>> ExchangeAsync(string token) =>
        writer.WriteAsync(connection => Exchange(connection, SecretToken.Stored(token), PlainOf(token)));

    /// <summary>How the token stands in the table where it was inserted by hand and is not taken up yet.</summary>
    private static string PlainOf(string token) => SecretToken.IsStored(token) ? SecretToken.Stored(token) : token;

    private TokenReply? Exchange(SqlConnection connection, string stored, string plain)
    {
        var now = time.GetUtcNow();
        if (SelectLive(connection, stored, plain, now) is not { } refresh || !UserRules.TryNormalize(refresh.Email, out var email))
        {
            return null;
        }

        if (!string.Equals(refresh.Token, stored, StringComparison.Ordinal))
        {
            connection.Execute(TokensSql.HashRefresh, stored, email, refresh.Token);
            residue.Left();
        }

        var days = refresh.DaysValid ?? options.RefreshTokenRollingDays;
        connection.Execute(TokensSql.RollRefresh, SqlTime.Text(now.AddDays(Math.Clamp(days, 1, 3650))), SqlTime.Text(now), stored);
        var userId = connection.Scalar(UsersSql.Upsert, email, refresh.Division, now.ToUnixTimeMilliseconds())!.Value;

        var access = SecretToken.NewAccess();
        var expires = now.AddSeconds(options.AccessTokenExpirySeconds);
        connection.Execute(TokensSql.DeleteExpiredAccess, now.ToUnixTimeMilliseconds());
        connection.Execute(
            TokensSql.InsertAccess,
            SecretToken.Hash(access), userId, stored, now.ToUnixTimeMilliseconds(), expires.ToUnixTimeMilliseconds());
        connection.Execute(TokensSql.DeleteOldestAccess, stored, stored, MaxAccessTokens);
        return new TokenReply { AccessToken = access, ExpiresAt = expires, Email = email };
    }

    private static Refresh? SelectLive(SqlConnection connection, string stored, string plain, DateTimeOffset now)
    {
        using var rows = connection.Query(TokensSql.SelectLiveRefresh, stored, plain, SqlTime.Text(now));
        return rows.Read() ? new Refresh(rows.Text(0), rows.Text(1), rows.Text(2), rows.NumberOrNull(3)) : null;
    }

    private sealed record Refresh(string Token, string Email, string Division, long? DaysValid);
}
