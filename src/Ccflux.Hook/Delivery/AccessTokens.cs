using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>Provides the access token: from <c>token_cache.json</c> while it is valid, else from an exchange of the refresh token at <c>POST /token</c>.</summary>
internal sealed class AccessTokens(StateDirectory state, Settings settings, ReceiverClient client, TimeProvider time, StateLog log)
{
    /// <summary>The failure if the answer does not come from a receiver.</summary>
    public const string NoToken = "no token in the answer to /token";

    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(1);

    private string? _current;

    /// <summary>True if the receiver refused this refresh token before: no request is made until the token changes.</summary>
    public bool WasRefused =>
        AtomicFile.Read(state.TokenRefused) is { } bytes && bytes.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(settings.Fingerprint));

    /// <summary>E-mail address of the token's user, as the receiver reported it at the last exchange.</summary>
    public string? Email { get; private set; }

    /// <returns>The token, or the answer that prevented it.</returns>
    public async Task<(string? Token, ReceiverResponse? Refusal)> GetAsync(CancellationToken cancellationToken)
    {
        if ((_current ??= Cached()) is { } cached)
        {
            return (cached, null);
        }

        return await ExchangeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Requests a new token, even if one is cached.</summary>
    /// <returns>The token, or the answer that prevented it.</returns>
    public async Task<(string? Token, ReceiverResponse? Refusal)> ExchangeAsync(CancellationToken cancellationToken)
    {
        var answer = await client.PostAsync(Routes.Token, settings.RefreshToken, null, null, mayPack: false, cancellationToken).ConfigureAwait(false);
        if (answer.Status == 401)
        {
            AtomicFile.Write(state.TokenRefused, Encoding.ASCII.GetBytes(settings.Fingerprint));
            log.Error("token: the receiver refuses it (revoked or expired); nothing is sent until it is replaced");
            return (null, answer);
        }

        if (!answer.IsSuccess || Read(answer.Body) is not { } reply)
        {
            return (null, answer.IsSuccess ? ReceiverResponse.None(NoToken) : answer);
        }

        var cache = new CachedToken(reply.AccessToken, reply.ExpiresAt, settings.Fingerprint);
        AtomicFile.Write(state.TokenCache, JsonSerializer.SerializeToUtf8Bytes(cache, StateJson.Default.CachedToken));
        File.Delete(state.TokenRefused);
        Fault.Point(Fault.TokenCached);
        _current = reply.AccessToken;
        Email = reply.Email;
        return (_current, null);
    }

    public void Drop()
    {
        _current = null;
        File.Delete(state.TokenCache);
    }

    private string? Cached()
    {
        try
        {
            return AtomicFile.Read(state.TokenCache) is { } json
                && JsonSerializer.Deserialize(json, StateJson.Default.CachedToken) is { AccessToken.Length: > 0 } cache
                && cache.ExpiresAt - s_margin > time.GetUtcNow()
                && (cache.For is null || string.Equals(cache.For, settings.Fingerprint, StringComparison.Ordinal))
                ? cache.AccessToken
                : null;
        }
        catch (JsonException)
        {
            return null; // damaged: exchanged again
        }
    }

    private static TokenReply? Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, AuthJson.Default.TokenReply) is { AccessToken.Length: > 0 } reply
                && !reply.AccessToken.AsSpan().ContainsAnyExceptInRange('!', '~') ? reply : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
