using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Ccflux.Receiver.Platform.Auth.Access;

/// <summary>
/// The public keys of the team, by name. Fetched when a token names one that is not known, at most once a minute, and again each hour; while they
/// cannot be fetched, those that are known hold for a day.
/// </summary>
internal sealed partial class AccessKeys(AccessOptions options, AccessHttp http, TimeProvider time, ILogger<AccessKeys> logger) : IDisposable
{
    /// <summary>A team has two or three at a time.</summary>
    private const int MaxKeys = 16;

    private const int MinBits = 2048;
    private const int MaxBits = 8192;
    private const string CertsPath = "/cdn-cgi/access/certs";

    private static readonly TimeSpan s_fresh = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_usable = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _fetching = new(1);
    private volatile Known _known = new(new Dictionary<string, RSAParameters>(StringComparer.Ordinal), null);
    private DateTimeOffset _triedAt = DateTimeOffset.MinValue;

    /// <summary>When the keys were fetched last; null: never.</summary>
    public DateTimeOffset? FetchedAt => _known.At;

    public int Count => _known.Keys.Count;

    /// <returns>The key; null where the team has none of that name; <paramref name="name"/> aside, false where none can be had at all.</returns>
    public async ValueTask<(RSAParameters? Key, bool CanTell)> FindAsync(string name, CancellationToken cancellationToken)
    {
        var known = _known;
        if (!(known.Keys.ContainsKey(name) && Age(known) < s_fresh))
        {
            await RefreshAsync(name, cancellationToken);
            known = _known;
        }

        var canTell = Age(known) < s_usable;
        return (canTell && known.Keys.TryGetValue(name, out var key) ? key : null, canTell);
    }

    public void Dispose() => _fetching.Dispose();

    /// <summary>RFC 7517. A key of another kind, too short, or malformed is left out.</summary>
    internal static IReadOnlyDictionary<string, RSAParameters> Parse(ReadOnlyMemory<byte> json)
    {
        var keys = new Dictionary<string, RSAParameters>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("There is no list of keys.");
        }

        foreach (var item in list.EnumerateArray().Take(MaxKeys))
        {
            if (Text(item, "kty") is "RSA" && Text(item, "kid") is { Length: > 0 and <= 200 } name && Decode(Text(item, "n")) is { } modulus && Decode(Text(item, "e")) is { Length: > 0 and <= 8 } exponent
                && modulus.Length * 8 is >= MinBits and <= MaxBits)
            {
                keys[name] = new RSAParameters { Modulus = modulus, Exponent = exponent };
            }
        }

        return keys;
    }

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
            var json = await http.Client.GetByteArrayAsync(new Uri(options.Issuer, CertsPath), cancellationToken);
            _known = new Known(Parse(json), now);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.NotFetched(logger, exception.Message);
        }
        finally
        {
            _fetching.Release();
        }
    }

    private TimeSpan Age(Known known) => known.At is { } at ? time.GetUtcNow() - at : TimeSpan.MaxValue;

    private static string? Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[]? Decode(string? text)
    {
        if (text is null || !Base64Url.IsValid(text))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(text);
        return bytes is [0, .. var rest] ? rest : bytes;
    }

    private sealed record Known(IReadOnlyDictionary<string, RSAParameters> Keys, DateTimeOffset? At);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The keys of Cloudflare Access cannot be fetched: {Reason}")]
        public static partial void NotFetched(ILogger logger, string reason);
    }
}
