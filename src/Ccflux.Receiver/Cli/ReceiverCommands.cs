using System.CommandLine;
using System.CommandLine.Help;

namespace Ccflux.Receiver.Cli;

/// <summary>The command line of <c>ccflux-receiver</c>. Without a command it serves.</summary>
internal static class ReceiverCommands
{
    /// <returns>0: done; 1: failed; 2: invalid settings or command line.</returns>
    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Receives usage reports from Claude Code users and shows them to the admin. Without a command it serves, with the settings from its environment.");
        root.SetAction((_, cancellationToken) => ServeCommand.RunAsync(cancellationToken));
        root.Add(UsersCommand.Make());
        root.Add(EraseCommand.Make());
        root.Add(DatabaseCommands.Compact());
        root.Add(SessionsCommand.Make());
        root.Add(ImportCommand.Make());
        root.Add(RecountCommand.Make());
        root.Add(ExportCommand.Make());
        root.Add(FleetCommand.Make());
        root.Add(DatabaseCommands.Backup());
        root.Add(DatabaseCommands.Restore());
        return RunAsync(root, args);
    }

    /// <returns>The exit code of the command; 2 if the command line is not understood.</returns>
    public static Task<int> RunAsync(RootCommand root, string[] args)
    {
        // The server has its own orderly shutdown, which takes longer than the library's two seconds.
        var parsed = root.Parse(args);
        var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null };
        return parsed.Errors.Count == 0 ? parsed.InvokeAsync(configuration) : RefuseAsync(parsed, configuration);
    }

    /// <summary>Prints errors and help on stderr, so that stdout stays clean for scripts. Help that was requested is not an error.</summary>
    private static async Task<int> RefuseAsync(ParseResult parsed, InvocationConfiguration configuration)
    {
        if (parsed.Action is not HelpAction)
        {
            configuration.Output = Console.Error;
        }

        return await parsed.InvokeAsync(configuration) == CommandHost.Done ? CommandHost.Done : CommandHost.WrongUsage;
    }
}
