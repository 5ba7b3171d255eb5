using System.CommandLine;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Cli;

/// <summary><c>backup FILE</c> and <c>restore FILE</c>.</summary>
internal static class DatabaseCommands
{
    public static Command Backup()
    {
        var file = new Argument<string>("FILE") { Description = "The new file; it must not exist yet." };
        var command = new Command("backup", "Writes a consistent copy of the database while the receiver runs.") { file };
        command.SetAction((result, _) => CommandHost.ReadAsync(async services =>
        {
            var target = result.GetValue(file)!;
            DatabaseCopy.Backup(services.GetRequiredService<DatabaseOptions>().Path, target);
            await Console.Out.WriteLineAsync($"Wrote {target} ({new FileInfo(target).Length / 1024} KiB). It contains e-mail addresses and usage; protect it like the database.");
            return CommandHost.Done;
        }));
        return command;
    }

    public static Command Restore()
    {
        var file = new Argument<string>("FILE") { Description = "A file written by backup." };
        var forget = new Option<bool>("--forget-revocations") { Description = "Makes tokens and devices that were revoked since the backup valid again. Needed if the replaced database cannot be read." };
        var command = new Command("restore", "Replaces the database with a backup. The receiver must be stopped. The former database is kept next to it, and what was revoked in it stays revoked.") { file, forget };
        command.SetAction((result, _) => CommandHost.RunAsync(async services =>
        {
            var path = services.GetRequiredService<DatabaseOptions>().Path;
            var report = DatabaseCopy.Restore(
                result.GetValue(file)!, path, services.GetRequiredService<TimeProvider>().GetUtcNow(), [.. services.GetServices<Revocations>()], result.GetValue(forget));
            await Console.Out.WriteLineAsync($"Restored {path}." + (report.Former is null ? "" : $" The former database is {report.Former}."));
            await Console.Out.WriteLineAsync("Clients detect that this is an older state and send what is missing. Access tokens and page sessions were ended.");
            foreach (var kind in report.Access)
            {
                await ListAsync($"Still revoked, {kind.What}", kind.Kept);
                await ListAsync($"Valid again although not in the former database, {kind.What}", kind.ValidAgain);
            }

            await ListAsync("Need a new token, because theirs is newer than the backup", report.WithoutToken);
            return CommandHost.Done;
        }));
        return command;
    }

    public static Command Compact()
    {
        var command = new Command("compact", "Writes the database again, so that nothing that was removed is left in unused parts of the file. The receiver must be stopped.");
        command.SetAction((_, _) => CommandHost.ReadAsync(async services =>
        {
            using var held = DatabaseLock.Take(services.GetRequiredService<DatabaseOptions>().Path);
            if ((await services.GetRequiredService<GroupCommitWriter>().CompactAsync()).IsCommitted)
            {
                await Console.Out.WriteLineAsync("Compacted the database.");
                return CommandHost.Done;
            }

            await CommandHost.FailAsync("The database is not accepting writes. Compacting needs as much free space as the database has.");
            return CommandHost.Failed;
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
