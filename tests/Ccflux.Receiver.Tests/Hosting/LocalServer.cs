using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Ccflux.Receiver.Tests.Hosting;

/// <summary>A third-party program: a server on a loopback port or on a local socket that answers as the test says.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LocalServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static Task<LocalServer> StartAsync(RequestDelegate answer) => StartAsync(kestrel => kestrel.Listen(IPAddress.Loopback, 0), answer);

    public static Task<LocalServer> OverTlsAsync(X509Certificate2 certificate, RequestDelegate answer) =>
        StartAsync(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)), answer);

    public static Task<LocalServer> OnSocketAsync(string path, RequestDelegate answer) => StartAsync(kestrel => kestrel.ListenUnixSocket(path), answer);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<LocalServer> StartAsync(Action<KestrelServerOptions> listen, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(listen);
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new LocalServer(app);
    }
}
