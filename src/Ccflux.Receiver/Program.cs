using Ccflux.Receiver.Cli;
using Ccflux.Receiver.Composition;
using Ccflux.Receiver.Fleet;
using Ccflux.Receiver.Identity;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Telemetry;
using Ccflux.Receiver.Usage;

namespace Ccflux.Receiver;

/// <summary>The receiver, slice by slice. Without a command it serves; <see cref="ReceiverCommands"/> has the rest.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => ReceiverCommands.RunAsync(args);

    /// <summary>The whole server, not yet started.</summary>
    /// <exception cref="InvalidSettingsException">A setting is wrong; all that are wrong are named.</exception>
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        AddServices(builder);
        var app = builder.Build();
        app.UseHostCheck();
        app.UseTelemetry();
        app.UsePlatform();
        app.MapPlatform();
        app.MapShell();
        app.MapIdentity();
        app.MapUsage();
        app.MapTelemetry();
        app.MapQuota();
        app.MapFleet();
        return app;
    }

    /// <summary>What the server and every command are made of. The database is opened by whoever first asks for it.</summary>
    /// <exception cref="InvalidSettingsException">A setting is wrong; all that are wrong are named.</exception>
    public static void AddServices(WebApplicationBuilder builder)
    {
        builder.AddPlatform();
        builder.Services.AddStorage(builder.Configuration);
        builder.Services.AddIdentity(builder.Configuration);
        builder.Services.AddUsage(builder.Configuration);
        builder.Services.AddQuota(builder.Configuration);
        builder.Services.AddFleet(builder.Configuration);
        builder.Services.AddShell();
        builder.Services.AddTelemetry(builder.Configuration);
        builder.Services.AddTelemetryPorts();
        builder.Services.AddQuotaPorts();
        builder.Services.AddFleetPorts();
        builder.Services.CheckSettings(builder.Configuration);
    }
}
