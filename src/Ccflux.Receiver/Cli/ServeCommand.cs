using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Logging.Console;

namespace Ccflux.Receiver.Cli;

/// <summary>Runs the server until it is asked to stop.</summary>
internal static partial class ServeCommand
{
    public static Task<int> RunAsync(CancellationToken cancellationToken) => CommandHost.GuardAsync(async () =>
    {
        await using var app = Program.Build(CreateBuilder());
        using var held = DatabaseLock.Take(app.Services.GetRequiredService<DatabaseOptions>().Path);
        Announce(app);
        CheckAddress(app.Services.GetRequiredService<HttpOptions>().ListenAddress);
        await StartAsync(app, cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return CommandHost.Done;
    });

    /// <summary>Reports in one line that the IP address and port are in use; the server would print a page of stack trace.</summary>
    /// <exception cref="IOException">The IP address and port are in use.</exception>
    private static void CheckAddress(string text)
    {
        // Port 0 means any free port.
        if (ListenAddressAttribute.Parse(text) is { Port: > 0 } address && ListenAddressAttribute.IsTaken(address))
        {
            throw new IOException($"{text} is in use by another program. Set LISTEN_ADDR to another IP address and port, such as {address.Address}:{(address.Port < 65_535 ? address.Port + 1 : 8080)}.");
        }
    }

    private static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException)
        {
            // The port is in use. What was already started is stopped in order, or its end would look like a failure too.
            await app.StopAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>Settings come from the environment, which takes precedence, and from appsettings.json in the working folder; never from arguments, which <c>ps</c> shows.</summary>
    /// <exception cref="InvalidSettingsException">appsettings.json exists but cannot be used.</exception>
    public static WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        // The host's own files are next to the program, where no operator keeps settings.
        foreach (var file in builder.Configuration.Sources.OfType<JsonConfigurationSource>().ToList())
        {
            builder.Configuration.Sources.Remove(file);
        }

        if (SettingsFile.Read(Environment.CurrentDirectory) is { } settings)
        {
            builder.Configuration.Sources.Insert(0, settings);
        }

        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter(typeof(AdminAuthentication).FullName, LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        return builder;
    }

    private static void Announce(WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Ccflux.Receiver");
        Log.Starting(logger, Platform.ProductVersion.Text);
        foreach (var setting in app.Services.ResolvedSettings())
        {
            Log.Setting(logger, setting);
        }

        foreach (var name in app.Services.GetRequiredService<AdminOptions>().ShortTokens)
        {
            Log.ShortToken(logger, name, AdminOptions.LeastToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "ccflux-receiver {Version}")]
        public static partial void Starting(ILogger logger, string version);

        [LoggerMessage(3, LogLevel.Warning, "{Name} is shorter than {Least} characters and can be guessed: a correct token is accepted no matter how many wrong ones were tried. Create one with openssl rand -hex 32")]
        public static partial void ShortToken(ILogger logger, string name, int least);

        [LoggerMessage(2, LogLevel.Information, "setting {Setting}")]
        public static partial void Setting(ILogger logger, ResolvedSetting setting);
    }
}
