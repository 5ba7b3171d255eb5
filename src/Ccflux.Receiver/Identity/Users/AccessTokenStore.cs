using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Who calls, by the access token. A token ends when it expires, when its refresh token is revoked, and when that expires.</summary>
internal sealed class AccessTokenStore(SqliteReaders readers, TimeProvider time)
{
    private readonly RecentCache<string, Known?> _recent = new(time);

    /// <summary>Null: no token, or one that is unknown, revoked or expired.</summary>
    public ValueTask<TokenUser?> AuthenticateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (SecretToken.Bearer(request) is not { } token)
        {
            return ValueTask.FromResult<TokenUser?>(null);
        }

        var hash = SecretToken.Hash(token);
        var key = Convert.ToBase64String(hash);
        return _recent.TryGet(key, out var known)
            ? ValueTask.FromResult(Live(known))
            : new ValueTask<TokenUser?>(ReadAsync(hash, key, cancellationToken));
    }

    /// <summary>Tokens that are neither expired nor removed, for the gauge.</summary>
    public async Task<long> CountActiveAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentUrgentAsync(cancellationToken);
        return await lease.Connection.ExecuteScalarAsync<long>(TokensSql.CountActive, new { Now = time.GetUtcNow().ToUnixTimeMilliseconds() });
    }

    /// <summary>Forgets what was read: a revoke holds from here on.</summary>
    public void Forget() => _recent.Clear();

    private async Task<TokenUser?> ReadAsync(byte[] hash, string key, CancellationToken cancellationToken)
    {
        var generation = _recent.Generation;
        var now = time.GetUtcNow();
        using var lease = await readers.RentUrgentAsync(cancellationToken);
        var known = await lease.Connection.QuerySingleOrDefaultAsync<Known>(
            TokensSql.FindCaller,
            new { Hash = hash, Now = now.ToUnixTimeMilliseconds(), NowText = SqlTime.Text(now) });
        if (known is not null)
        {
            _recent.Add(key, known, generation);
        }

        return Live(known);
    }

    private TokenUser? Live(Known? known) =>
        known is not null && known.ExpiresAt > time.GetUtcNow().ToUnixTimeMilliseconds() ? new TokenUser(known.UserId, known.Email) : null;

    private sealed record Known(long UserId, string Email, long ExpiresAt);
}
