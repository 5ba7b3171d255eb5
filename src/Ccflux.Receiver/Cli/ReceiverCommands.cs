using System.CommandLine;

namespace Ccflux.Receiver.Cli;

/// <summary>The command line of <c>ccflux-receiver</c>: without a command it serves.</summary>
internal static class ReceiverCommands
{
    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Takes usage reports of Claude Code users and shows them to the admin. Without a command it serves, by its environment settings.");
        root.SetAction((_, cancellationToken) => ServeCommand.RunAsync(cancellationToken));
        root.Add(UsersCommand.Make());
        root.Add(SessionsCommand.Make());
        root.Add(ImportCommand.Make());
        root.Add(DemoCommand.Make());
        root.Add(ExportCommand.Make());
        root.Add(FleetCommand.Make());
        root.Add(DatabaseCommands.Backup());
        root.Add(DatabaseCommands.Restore());

        // The server has its own orderly way to stop, which takes longer than the library's two seconds.
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }
}
