
namespace Ccflux.Receiver.Quota.Sources;

/// <summary>The HTTP client for the issuers. Follows no redirect and keeps no cookie: a credential goes to the URL it is meant for, or nowhere.</summary>
internal sealed class UpstreamHttp : IDisposable
{
    /// <param name="handler">Lets tests answer in the issuers' place.</param>
    public UpstreamHttp(HttpMessageHandler handler)
    {
        Client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        Client.DefaultRequestHeaders.UserAgent.ParseAdd($"ccflux/{ProductVersion.Text}");
    }

    public HttpClient Client { get; }

    public static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        MaxResponseHeadersLength = 64,
    };

    public void Dispose() => Client.Dispose();
}
