using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;

namespace Ccflux.Hook.Delivery;

/// <summary>Sends requests to the receiver. Follows no redirects (a bearer token is meant for one server), keeps no cookies, gives up after 15 seconds.</summary>
internal sealed class ReceiverClient : IDisposable
{
    /// <summary>The failure if the certificate is the reason.</summary>
    public const string NotTrusted = "the receiver's certificate is not trusted";

    /// <summary>Smallest body in bytes that is compressed; below it, compression costs more than it saves.</summary>
    private const int GzipFrom = 1400;
    private const int MaxAnswer = 64 * 1024;

    private readonly HttpClient _http;
    private readonly ClockSkew _clock;

    public ReceiverClient(Uri baseAddress, ClockSkew clock, string? extraAuthority)
    {
        _clock = clock;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            MaxConnectionsPerServer = 1,
        };
        if (extraAuthority is { Length: > 0 })
        {
            handler.SslOptions.RemoteCertificateValidationCallback = TrustAlso(extraAuthority);
        }

        _http = new HttpClient(handler) { BaseAddress = baseAddress, Timeout = TimeSpan.FromSeconds(15), MaxResponseContentBufferSize = MaxAnswer };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd($"ccflux/{ClientVersion.Text}");
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Posts with a bearer token; signed if a key is given.</summary>
    public async Task<ReceiverResponse> PostAsync(string route, string bearer, byte[]? json, DeviceKey? key, bool mayPack, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, route.TrimStart('/'));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        var body = json ?? [];
        var packed = mayPack && body.Length >= GzipFrom;
        if (packed)
        {
            body = Gzip(body);
        }

        request.Content = new ByteArrayContent(body);
        if (json is not null)
        {
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (packed)
        {
            request.Content.Headers.ContentEncoding.Add("gzip");
        }

        if (key is not null)
        {
            Sign(request, body, key);
        }

        return await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Posts as an agent: signed, without a user's token.</summary>
    public async Task<ReceiverResponse> PostAsAgentAsync(string route, string? agentId, byte[] json, DeviceKey key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, route.TrimStart('/'));
        request.Content = new ByteArrayContent(json);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (agentId is not null)
        {
            request.Headers.Add(AgentHeader.Name, agentId);
        }

        Sign(request, json, key);
        return await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks whether the receiver responds; sends no data.</summary>
    public async Task<ReceiverResponse> GetHealthAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "health");
        return await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private void Sign(HttpRequestMessage request, byte[] body, DeviceKey key)
    {
        var timestamp = SignatureHeader.FormatTimestamp(_clock.ServerNow());
        request.Headers.Add(SignatureHeader.Name, key.Sign(body, timestamp).Format());
        request.Headers.Add(SignatureHeader.TimestampName, timestamp);
    }

    private async Task<ReceiverResponse> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var content = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            var code = response.Headers.TryGetValues(ErrorCodes.Header, out var values) ? values.First() : null;
            return new ReceiverResponse((int)response.StatusCode, Short(code), Wait(response.Headers.RetryAfter), response.Headers.Date, content, null);
        }
        catch (HttpRequestException error)
        {
            return ReceiverResponse.None(error.InnerException is AuthenticationException ? NotTrusted : $"no connection ({error.HttpRequestError})");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ReceiverResponse.None("no answer in time");
        }
    }

    private TimeSpan? Wait(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > _clock.ServerNow() ? date - _clock.ServerNow() : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>Shortens a code for the log, since the server may be anyone's.</summary>
    private static string? Short(string? code) => code is { Length: <= 40 } && !code.AsSpan().ContainsAnyExceptInRange('!', '~') ? code : null;

    private static byte[] Gzip(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }

    private static RemoteCertificateValidationCallback TrustAlso(string path) => (_, certificate, chain, errors) =>
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        // Only an unknown issuer is accepted, and only if the file's certificate is that issuer; a wrong name never is.
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null)
        {
            return false;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(path);
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (chain is not null)
        {
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Select(element => element.Certificate).ToArray());
        }

        using var presented = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return own.Build(presented);
    };
}
