using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>The HTTP client for alerts.</summary>
internal sealed class WebhookHttp : IDisposable
{
    public WebhookHttp(AlertOptions options)
    {
        Client = new HttpClient(CheckedConnection.NewHandler(options.AllowPrivate)) { Timeout = Timeout.InfiniteTimeSpan };
        Client.DefaultRequestHeaders.UserAgent.ParseAdd($"ccflux/{ProductVersion.Text}");
    }

    public HttpClient Client { get; }

    public void Dispose() => Client.Dispose();
}
