using System.CommandLine;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Cli;

/// <summary><c>backup FILE</c> and <c>restore FILE</c>.</summary>
internal static class DatabaseCommands
{
    public static Command Backup()
    {
        var file = new Argument<string>("FILE") { Description = "The new file; it must not be there yet." };
        var command = new Command("backup", "Writes a consistent copy of the database while the receiver runs.") { file };
        command.SetAction((result, _) => CommandHost.ReadAsync(async services =>
        {
            var target = result.GetValue(file)!;
            DatabaseCopy.Backup(services.GetRequiredService<DatabaseOptions>().Path, target);
            await Console.Out.WriteLineAsync($"Wrote {target} ({new FileInfo(target).Length / 1024} KiB). It holds e-mail addresses and usage; keep it as you keep the database.");
            return CommandHost.Done;
        }));
        return command;
    }

    public static Command Restore()
    {
        var file = new Argument<string>("FILE") { Description = "A file that backup wrote." };
        var command = new Command("restore", "Puts a backup in the place of the database. The receiver must be stopped; the former database is kept beside it.") { file };
        command.SetAction((result, _) => CommandHost.RunAsync(async services =>
        {
            var path = services.GetRequiredService<DatabaseOptions>().Path;
            var kept = DatabaseCopy.Restore(result.GetValue(file)!, path, services.GetRequiredService<TimeProvider>().GetUtcNow());
            await Console.Out.WriteLineAsync($"Restored {path}." + (kept is null ? "" : $" The former database is {kept}."));
            await Console.Out.WriteLineAsync("Clients notice by themselves that this is an older state and send what is missing.");
            return CommandHost.Done;
        }));
        return command;
    }
}
