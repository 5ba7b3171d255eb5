using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Logging.Console;

namespace Ccflux.Receiver.Cli;

/// <summary>Runs a command with the receiver's own services and turns expected errors into one line on stderr and an exit code.</summary>
internal static class CommandHost
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongSettings = 2;
    public const int WrongUsage = 2;

    /// <summary>Runs a <paramref name="command"/> that only reads: if there is no database, it reports that and creates none.</summary>
    public static Task<int> ReadAsync(Func<IServiceProvider, Task<int>> command) => RunAsync(services => WhereThereIsADatabaseAsync(services, command));

    /// <summary>Runs a command that only reads, if there is a database to read.</summary>
    public static async Task<int> WhereThereIsADatabaseAsync(IServiceProvider services, Func<IServiceProvider, Task<int>> command)
    {
        var path = services.GetRequiredService<DatabaseOptions>().Path;
        if (File.Exists(path))
        {
            return await command(services);
        }

        await FailAsync($"There is no database at {path} (DATABASE_PATH).");
        return Failed;
    }

    /// <summary>Runs <paramref name="command"/> with the services of a receiver that is not started and listens nowhere. Logs go to
    /// stderr: stdout is for the command's output.</summary>
    public static Task<int> RunAsync(Func<IServiceProvider, Task<int>> command) => GuardAsync(async () =>
    {
        var builder = ServeCommand.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Ccflux", LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton<IServer, NoServer>();
        Program.AddServices(builder);
        await using var app = builder.Build();
        return await command(app.Services);
    });

    public static async Task<int> GuardAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (InvalidSettingsException exception)
        {
            await FailAsync("ccflux-receiver cannot start. Invalid settings:");
            foreach (var fault in exception.Faults)
            {
                await FailAsync("  " + fault);
            }

            return WrongSettings;
        }
        catch (Exception exception) when (exception is DatabaseInUseException or StorageException or MigrationException or IOException or UnauthorizedAccessException)
        {
            await FailAsync(exception.Message);
            return Failed;
        }
    }

    public static Task FailAsync(string message) => Console.Error.WriteLineAsync(message);
}
