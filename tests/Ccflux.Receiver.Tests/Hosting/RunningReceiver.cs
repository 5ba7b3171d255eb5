using System.Net;
using Ccflux.Receiver.Cli;
using Ccflux.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccflux.Receiver.Tests.Hosting;

/// <summary>The whole receiver in this process: real Kestrel on a free loopback port, a real SQLite file in its own folder.</summary>
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
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = NewClient();
    }

    public string Folder { get; }

    public string DatabasePath => Path.Combine(Folder, "ccflux.db");

    public Uri Address { get; }

    /// <summary>Every address that the receiver listens on, the main one first.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];

    /// <summary>A client that follows no redirects and keeps no cookies.</summary>
    public HttpClient Client { get; }

    /// <summary>Every line logged so far.</summary>
    public IReadOnlyCollection<string> LogLines => [.. _log.Lines];

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>A new object that is not registered, made of services that are.</summary>
    public T Make<T>() => ActivatorUtilities.CreateInstance<T>(_app.Services);

    public IEnumerable<T> Services<T>() => _app.Services.GetServices<T>();

    public static Task<RunningReceiver> StartAsync(TimeProvider? time = null, params (string Key, string? Value)[] settings) =>
        StartAsync(_ => { }, Directory.CreateTempSubdirectory("ccflux-test-").FullName, time, settings);

    /// <param name="replace">Replaces what leads out of the process by test doubles.</param>
    /// <param name="folder">Where the database is; a second receiver may be started on the first one's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="settings">Settings, as they would be in the environment.</param>
    public static Task<RunningReceiver> StartAsync(Action<IServiceCollection> replace, string folder, TimeProvider? time, params (string Key, string? Value)[] settings) =>
        StartAsync(replace, [], folder, time, settings);

    /// <param name="replace">Replaces what leads out of the process by test doubles.</param>
    /// <param name="without">Background jobs that it does not run: their intervals are short, and a simulated day is long.</param>
    /// <param name="folder">Where the database is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="settings">Settings, as they would be in the environment.</param>
    public static async Task<RunningReceiver> StartAsync(
        Action<IServiceCollection> replace, IReadOnlyList<Type> without, string folder, TimeProvider? time, params (string Key, string? Value)[] settings)
    {
        var builder = ServeCommand.CreateBuilder();
        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["LISTEN_ADDR"] = "127.0.0.1:0",
            ["DATABASE_PATH"] = Path.Combine(folder, "ccflux.db"),
            ["ADMIN_TOKEN"] = AdminToken,
            ["VIEWER_TOKEN"] = ViewerToken,
            ["OTLP_HTTP_ADDR"] = "",
            ["OTLP_GRPC_ADDR"] = "",
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

        replace(builder.Services);
        if (without.Count > 0)
        {
            ((IHostApplicationBuilder)builder).ConfigureContainer(new DefaultServiceProviderFactory(), services => RemoveJobs(services, without));
        }

        MigratedDatabase.CreateIn(values["DATABASE_PATH"]!);
        var app = Program.Build(builder);
        await app.StartAsync();
        return new RunningReceiver(app, folder, log);
    }

    public HttpClient NewClient()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None };
        return new HttpClient(handler) { BaseAddress = Address, Timeout = TestDeadline.Ample };
    }

    /// <summary>Signs in and returns the value for a Cookie header.</summary>
    public async Task<string> SignInAsync(string token = AdminToken)
    {
        using var form = new FormUrlEncodedContent([new("token", token)]);
        using var response = await Client.PostAsync(new Uri("/admin/login", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    /// <summary>Stops it and keeps its folder for the next one.</summary>
    public async Task StopAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static void RemoveJobs(IServiceCollection services, IReadOnlyList<Type> without)
    {
        var jobs = services.Where(service => service.ServiceType == typeof(IHostedService) && without.Contains(service.ImplementationType)).ToList();
        Assert.Equal(without.Count, jobs.Count);
        jobs.ForEach(job => services.Remove(job));
    }
}
