using System.Buffers.Text;
using Microsoft.IdentityModel.Tokens;

namespace Ccflux.Receiver.Platform.Auth.CloudflareAccess;

/// <summary>
/// Caches the team's public keys by name. They are fetched when a token names an unknown key, at most once a minute, and again every hour; while they
/// cannot be fetched, known keys stay valid for a day.
/// </summary>
internal sealed partial class CloudflareAccessKeys(CloudflareAccessOptions options, CloudflareAccessHttp http, TimeProvider time, ILogger<CloudflareAccessKeys> logger) : IDisposable
{
    /// <summary>The maximum length of a key's name, in characters.</summary>
    public const int MaxName = 200;

    /// <summary>A team has two or three at a time.</summary>
    private const int MaxKeys = 16;

    private const int MinBits = 2048;
    private const int MaxBits = 8192;
    private const string CertsPath = "/cdn-cgi/access/certs";

    private static readonly TimeSpan s_fresh = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_usable = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _fetching = new(1);
    private volatile Known _known = new(new Dictionary<string, SecurityKey>(StringComparer.Ordinal), null);
    private DateTimeOffset _triedAt = DateTimeOffset.MinValue;

    /// <summary>When the keys were last fetched; null means never.</summary>
    public DateTimeOffset? FetchedAt => _known.At;

    public int Count => _known.Keys.Count;

    /// <returns>The key, or null if the team has none named <paramref name="name"/>. IsKnown is false if no keys are available at all.</returns>
    public async ValueTask<(SecurityKey? Key, bool IsKnown)> FindAsync(string name, CancellationToken cancellationToken)
    {
        var known = _known;
        if (!(known.Keys.ContainsKey(name) && Age(known) < s_fresh))
        {
            await RefreshAsync(name, cancellationToken);
            known = _known;
        }

        var isKnown = Age(known) < s_usable;
        return (isKnown && known.Keys.TryGetValue(name, out var key) ? key : null, isKnown);
    }

    public void Dispose() => _fetching.Dispose();

    /// <summary>Parses a key set (RFC 7517). Keys that are of another kind, too short or malformed are left out.</summary>
    /// <exception cref="ArgumentException">The text is not a key set.</exception>
    internal static IReadOnlyDictionary<string, SecurityKey> Parse(string json)
    {
        var keys = new Dictionary<string, SecurityKey>(StringComparer.Ordinal);
        foreach (var key in new JsonWebKeySet(json).Keys.Where(IsUsable).Take(MaxKeys))
        {
            keys[key.Kid] = key;
        }

        return keys.Count > 0 ? keys : throw new ArgumentException("The answer contains no usable key.", nameof(json));
    }

    private static bool IsUsable(JsonWebKey key) =>
        key is { Kty: JsonWebAlgorithmsKeyTypes.RSA, Kid.Length: > 0 and <= MaxName, N: { } modulus, E: { } exponent }
        && Base64Url.IsValid(modulus) && Base64Url.IsValid(exponent) && key.KeySize is >= MinBits and <= MaxBits;

    private async Task RefreshAsync(string name, CancellationToken cancellationToken)
    {
        await _fetching.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var known = _known;
            if (now - _triedAt < s_pause || (known.Keys.ContainsKey(name) && Age(known) < s_fresh))
            {
                return;
            }

            _triedAt = now;
            var json = await http.Client.GetStringAsync(new Uri(options.Issuer, CertsPath), cancellationToken);
            _known = new Known(Parse(json), now);
        }
        catch (Exception exception) when (exception is HttpRequestException or ArgumentException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.NotFetched(logger, exception.Message);
        }
        finally
        {
            _fetching.Release();
        }
    }

    private TimeSpan Age(Known known) => known.At is { } at ? time.GetUtcNow() - at : TimeSpan.MaxValue;

    private sealed record Known(IReadOnlyDictionary<string, SecurityKey> Keys, DateTimeOffset? At);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Could not fetch the keys of Cloudflare Access: {Reason}")]
        public static partial void NotFetched(ILogger logger, string reason);
    }
}
