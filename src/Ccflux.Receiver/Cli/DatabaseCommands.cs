using System.CommandLine;
using Ccflux.Receiver.Identity.Users;
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
        var forget = new Option<bool>("--forget-revocations") { Description = "Lets hold again what was revoked since the backup. Needed where the database that is replaced cannot be read." };
        var command = new Command("restore", "Puts a backup in the place of the database. The receiver must be stopped; the former database is kept beside it, and what was revoked in it stays revoked.") { file, forget };
        command.SetAction((result, _) => CommandHost.RunAsync(async services =>
        {
            var path = services.GetRequiredService<DatabaseOptions>().Path;
            var report = DatabaseCopy.Restore(
                result.GetValue(file)!, path, services.GetRequiredService<TimeProvider>().GetUtcNow(), [.. services.GetServices<Revocations>()], result.GetValue(forget));
            await Console.Out.WriteLineAsync($"Restored {path}." + (report.Former is null ? "" : $" The former database is {report.Former}."));
            await Console.Out.WriteLineAsync("Clients notice by themselves that this is an older state and send what is missing. Access tokens and sessions of the pages ended.");
            foreach (var kind in report.Access)
            {
                await ListAsync($"Stay revoked, {kind.What}", kind.Kept);
                await ListAsync($"Hold again though the former database does not have them, {kind.What}", kind.ValidAgain);
            }

            await ListAsync("Need a new token, theirs is younger than the backup", report.WithoutToken);
            return CommandHost.Done;
        }));
        return command;
    }

    private static async Task ListAsync(string what, IReadOnlyList<string> names)
    {
        const int Shown = 50;
        if (names.Count > 0)
        {
            var more = names.Count > Shown ? $" and {names.Count - Shown} more" : "";
            await Console.Out.WriteLineAsync($"{what}: {string.Join(", ", names.Take(Shown).Select(UserRules.Printable))}{more}.");
        }
    }
}
