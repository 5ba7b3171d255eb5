namespace Ccflux.Receiver.Platform.Auth.CloudflareAccess;

/// <summary>HTTP client for the keys of Cloudflare Access: no redirects, no cookies, a small answer.</summary>
internal sealed class CloudflareAccessHttp : IDisposable
{
    private const int MaxAnswer = 64 * 1024;

    /// <param name="handler">Tests replace Cloudflare here.</param>
    public CloudflareAccessHttp(HttpMessageHandler handler)
    {
        Client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = MaxAnswer };
        Client.DefaultRequestHeaders.UserAgent.ParseAdd($"ccflux/{ProductVersion.Text}");
    }

    public HttpClient Client { get; }

    public static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(5),
    };

    public void Dispose() => Client.Dispose();
}
