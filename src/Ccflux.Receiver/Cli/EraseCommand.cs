using System.CommandLine;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Cli;

/// <summary><c>erase EMAIL</c>: removes everything about a person. It ends the person's access itself; the rows are removed by the receiver if one runs, otherwise by the command.</summary>
internal static class EraseCommand
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    public static Command Make()
    {
        var email = new Argument<string>("EMAIL") { Description = "The person's e-mail address." };
        var yes = new Option<bool>("--yes") { Description = "Do it. Without this option, the command only prints what it would do." };
        var command = new Command("erase", "Permanently removes everything about a person. Works while the receiver runs. Stopped, it goes on when the receiver starts or the command is repeated.") { email, yes };
        command.SetAction((result, cancellationToken) => CommandHost.ReadAsync(async services =>
        {
            var address = UserRules.Normalize(result.GetValue(email));
            if (!result.GetValue(yes))
            {
                await CommandHost.FailAsync(
                    $"This removes everything about {address}: usage, telemetry, readings, tokens, devices, and the name in the audit log. It cannot be undone, and does not reach backups and exported files. Repeat it with --yes.");
                return CommandHost.Failed;
            }

            if (!(await services.GetRequiredService<Erasures>().BeginAsync(Actor.Cli, address)).TryGet(out var begun))
            {
                await CommandHost.FailAsync(UserChangeResult.Busy.Message);
                return CommandHost.Failed;
            }

            if (begun is not { } number)
            {
                await CommandHost.FailAsync("Nothing is known of this person.");
                return CommandHost.Failed;
            }

            var isCompact = await FinishAsync(services, number, cancellationToken);
            await Console.Out.WriteLineAsync($"Removed everything about {address}. The audit log knows {ErasedPerson.NameOf(number)}.");
            if (!isCompact)
            {
                await Console.Out.WriteLineAsync("Unused parts of the database file may still hold single ids. `ccflux-receiver compact`, while the receiver is stopped, writes the file again.");
            }

            return CommandHost.Done;
        }));
        return command;
    }

    /// <summary>Waits for the running receiver. Where none runs, or it stops meanwhile, the command does the work, and writes the file again.</summary>
    /// <returns>Whether the file was written again.</returns>
    private static async Task<bool> FinishAsync(IServiceProvider services, long number, CancellationToken cancellationToken)
    {
        var erasures = services.GetRequiredService<Erasures>();
        while (!await erasures.IsFinishedAsync(number, cancellationToken))
        {
            try
            {
                using var held = DatabaseLock.Take(services.GetRequiredService<DatabaseOptions>().Path);
                if (await erasures.RunAsync(cancellationToken))
                {
                    return (await services.GetRequiredService<GroupCommitWriter>().CompactAsync()).IsCommitted;
                }
            }
            catch (DatabaseInUseException)
            {
                // The receiver does it.
            }

            await Task.Delay(s_pause, services.GetRequiredService<TimeProvider>(), cancellationToken);
        }

        await services.GetRequiredService<GroupCommitWriter>().CheckpointAsync();
        return false;
    }
}
