using System.Net;
using Ccflux.Receiver.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ccflux.Receiver.Tests.Hosting;

/// <summary>The whole receiver in this process: real Kestrel on a free loopback port, a real SQLite file in a folder of its own.</summary>
internal sealed class RunningReceiver : IAsyncDisposable
{
    public const string AdminToken = "admin-token-for-tests";
    public const string ViewerToken = "viewer-token-for-tests";

    private readonly WebApplication _app;
    private readonly CapturedLog _log;

    private RunningReceiver(WebApplication app, string folder, CapturedLog log)
    {
        _app = app;
        _log = log;
        Folder = folder;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = NewClient();
    }

    public string Folder { get; }

    public string DatabasePath => Path.Combine(Folder, "ccflux.db");

    public Uri Address { get; }

    /// <summary>A client that follows no redirect and keeps no cookie.</summary>
    public HttpClient Client { get; }

    /// <summary>Every line logged so far.</summary>
    public IReadOnlyCollection<string> LogLines => [.. _log.Lines];

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<RunningReceiver> StartAsync(TimeProvider? time = null, params (string Key, string? Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("ccflux-test-").FullName;
        var builder = ServeCommand.CreateBuilder();
        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["LISTEN_ADDR"] = "127.0.0.1:0",
            ["DATABASE_PATH"] = Path.Combine(folder, "ccflux.db"),
            ["ADMIN_TOKEN"] = AdminToken,
            ["VIEWER_TOKEN"] = ViewerToken,
        };
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        builder.Configuration.AddInMemoryCollection(values);
        var log = new CapturedLog();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }

        var app = Program.Build(builder);
        await app.StartAsync();
        return new RunningReceiver(app, folder, log);
    }

    public HttpClient NewClient()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None };
        return new HttpClient(handler) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>Signs in and returns the value for a Cookie header.</summary>
    public async Task<string> SignInAsync(string token = AdminToken)
    {
        using var form = new FormUrlEncodedContent([new("token", token)]);
        using var response = await Client.PostAsync(new Uri("/admin/login", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
