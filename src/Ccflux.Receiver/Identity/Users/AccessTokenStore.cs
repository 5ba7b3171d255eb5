using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Authenticates callers by their access token. A token ends when it expires, or when its refresh token is revoked or expires.</summary>
internal sealed class AccessTokenStore(SqliteReaders readers, TimeProvider time)
{
    private readonly RecentCache<string, Known?> _recent = new(time);

    /// <summary>Returns null if there is no token, or if it is unknown, revoked or expired.</summary>
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

    /// <summary>The number of tokens that are neither expired nor removed, for the gauge.</summary>
    public async Task<long> CountActiveAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentUrgentAsync(cancellationToken);
        return await lease.Connection.ExecuteScalarAsync<long>(TokensSql.CountActive, new { Now = time.GetUtcNow().ToUnixTimeMilliseconds() });
    }

    /// <summary>Clears the cache: a revocation takes effect from here on.</summary>
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
