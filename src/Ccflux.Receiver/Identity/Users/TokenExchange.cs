using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Exchanges a refresh token for an access token. Each use rolls the refresh token's expiry by its own number of days.</summary>
internal sealed class TokenExchange(SqliteReaders readers, GroupCommitWriter writer, PlaintextResidue residue, IdentityOptions options, TimeProvider time)
{
    /// <summary>Maximum number of live access tokens per refresh token; the oldest are removed. A machine has one for each of its config directories.</summary>
    private const int MaxAccessTokens = 50;

    /// <summary>Whether the token is valid now. Turns strangers away before they reach the writer's queue.</summary>
    public async Task<bool> IsLiveAsync(string token, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentUrgentAsync(cancellationToken);
        return await lease.Connection.ExecuteScalarAsync<long>(
            TokensSql.IsLiveRefresh,
            new { Stored = SecretToken.Stored(token), Plain = PlainOf(token), NowText = SqlTime.Text(time.GetUtcNow()) }) > 0;
    }

    /// <summary>The status shows whether the store could write; a committed null means that the token is not valid.</summary>
    public Task<WriteResult<TokenReply?>> ExchangeAsync(string token) =>
        writer.WriteAsync(connection => Exchange(connection, SecretToken.Stored(token), PlainOf(token)));

    /// <summary>How the token is stored if it was inserted manually and is not hashed yet.</summary>
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
