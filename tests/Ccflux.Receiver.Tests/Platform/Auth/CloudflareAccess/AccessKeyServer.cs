using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ccflux.Receiver.Tests.Platform.Auth.CloudflareAccess;

/// <summary>A team in Cloudflare Access: it publishes its keys and signs tokens with them.</summary>
internal sealed class AccessKeyServer : HttpMessageHandler
{
    public const string Team = "example-team";
    public const string Audience = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
    public const string Issuer = $"https://{Team}.cloudflareaccess.com";

    private readonly Dictionary<string, RSA> _keys = new(StringComparer.Ordinal) { ["first"] = RSA.Create(2048) };

    public int Fetches { get; private set; }

    /// <summary>Whether it answers at all.</summary>
    public bool IsDown { get; set; }

    public void Rotate(string name) => _keys[name] = RSA.Create(2048);

    /// <param name="now">When the token is created; it is valid for a day.</param>
    /// <param name="key">The key that it is signed with.</param>
    /// <param name="change">Changes the claims before they are signed.</param>
    public string Token(DateTimeOffset now, string key = "first", string algorithm = "RS256", RSA? forger = null, Action<Dictionary<string, object>>? change = null)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["aud"] = new[] { Audience },
            ["email"] = "admin@example.org",
            ["exp"] = now.AddDays(1).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["type"] = "app",
        };
        change?.Invoke(claims);
        var text = $"{Part(new { alg = algorithm, kid = key, typ = "JWT" })}.{Part(claims)}";
        var mark = algorithm switch
        {
            "none" => [],
            "HS256" => HMACSHA256.HashData(_keys["first"].ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(text)),
            _ => (forger ?? _keys.GetValueOrDefault(key) ?? _keys["first"]).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };
        return $"{text}.{Base64Url.EncodeToString(mark)}";
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Fetches++;
        Assert.Equal($"{Issuer}/cdn-cgi/access/certs", request.RequestUri!.AbsoluteUri);
        if (IsDown)
        {
            throw new HttpRequestException("The network is away.");
        }

        var keys = _keys.Select(pair => (pair.Key, Parameters: pair.Value.ExportParameters(includePrivateParameters: false)))
            .Select(pair => new { kid = pair.Key, kty = "RSA", alg = "RS256", use = "sig", e = Base64Url.EncodeToString(pair.Parameters.Exponent), n = Base64Url.EncodeToString(pair.Parameters.Modulus) });
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(JsonSerializer.Serialize(new { keys, public_certs = Array.Empty<object>() })) });
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }

        base.Dispose(disposing);
    }

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
