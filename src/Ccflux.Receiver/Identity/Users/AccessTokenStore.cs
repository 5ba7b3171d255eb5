using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Authenticates callers by their access token. A token ends when it expires, or when its refresh token is revoked or expires.</summary>
internal sealed class AccessTokenStore(ReadSessions readers, TimeProvider time) : IAccessCache
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
        using var session = await readers.OpenUrgentAsync(cancellationToken);
        return session.Scalar(TokensSql.CountActive, ("now", time.GetUtcNow().ToUnixTimeMilliseconds())) ?? 0;
    }

    /// <summary>Clears the cache: a revocation takes effect from here on.</summary>
    public void Forget() => _recent.Clear();

    private async Task<TokenUser?> ReadAsync(byte[] hash, string key, CancellationToken cancellationToken)
    {
        var generation = _recent.Generation;
        var now = time.GetUtcNow();
        using var session = await readers.OpenUrgentAsync(cancellationToken);
        var known = session.First(
            TokensSql.FindCaller,
            static rows => new Known(rows.Int64(0), rows.Text(1), rows.Int64(2)),
            ("hash", hash),
            ("now", now.ToUnixTimeMilliseconds()),
            ("now_text", SqlTime.Text(now)));
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
