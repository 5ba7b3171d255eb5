using System.CommandLine;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Usage.Import;

namespace Ccflux.Receiver.Cli;

/// <summary><c>import OLD.db</c>: imports a ccflux 0.1 database.</summary>
internal static class ImportCommand
{
    public static Command Make()
    {
        var file = new Argument<string>("OLD.db") { Description = "The database file of ccflux 0.1; it is only read." };
        var command = new Command("import", "Imports a ccflux 0.1 database: users, tokens, devices and history. The receiver must be stopped. The import can be repeated.") { file };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(async services =>
        {
            using var held = DatabaseLock.Take(services.GetRequiredService<DatabaseOptions>().Path);
            try
            {
                var summary = await services.GetRequiredService<LegacyImport>().RunAsync(result.GetValue(file)!, cancellationToken);
                await Console.Out.WriteLineAsync($"Imported {summary.Turns} turns ({summary.Unchanged} were already stored, {summary.Skipped} rows were unusable), {summary.Tokens} tokens and {summary.Devices} device keys.");
                await Console.Out.WriteLineAsync("Users keep their tokens and continue to report without any change on their side.");
                return CommandHost.Done;
            }
            catch (ImportException exception)
            {
                await CommandHost.FailAsync(exception.Message);
                return CommandHost.Failed;
            }
        }));
        return command;
    }
}
