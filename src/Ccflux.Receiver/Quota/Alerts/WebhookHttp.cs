using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>The HTTP client for alerts.</summary>
internal sealed class WebhookHttp : IDisposable
{
    public WebhookHttp(ChannelOptions channels)
    {
        Client = new HttpClient(CheckedConnection.NewHandler(channels.AllowPrivate)) { Timeout = Timeout.InfiniteTimeSpan };
        Client.DefaultRequestHeaders.UserAgent.ParseAdd($"ccflux/{ProductVersion.Text}");
    }

    public HttpClient Client { get; }

    public void Dispose() => Client.Dispose();
}
