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

/// <summary>Assembles the receiver from its slices. Without a command it serves; <see cref="ReceiverCommands"/> has the other commands.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => ReceiverCommands.RunAsync(args);

    /// <summary>Builds the whole server without starting it.</summary>
    /// <exception cref="InvalidSettingsException">Settings are invalid; it names all of them.</exception>
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

    /// <summary>Registers the services of the server and of every command. The database is opened on first use.</summary>
    /// <exception cref="InvalidSettingsException">Settings are invalid; it names all of them.</exception>
    public static void AddServices(WebApplicationBuilder builder)
    {
        builder.AddPlatform();
        builder.Services.AddStorage();
        builder.Services.AddIdentity();
        builder.Services.AddUsage();
        builder.Services.AddQuota();
        builder.Services.AddFleet(builder.Configuration);
        builder.Services.AddShell();
        builder.Services.AddTelemetry();
        builder.Services.AddTelemetryPorts();
        builder.Services.AddQuotaPorts();
        builder.Services.AddFleetPorts();
        builder.Services.CheckSettings(builder.Configuration);
    }
}
