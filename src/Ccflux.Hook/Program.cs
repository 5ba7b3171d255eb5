using Ccflux.Hook.Commands;

namespace Ccflux.Hook;

internal static class Program
{
    public static int Main(string[] arguments)
    {
        // The hot path uses nothing of the rest: no console, no HTTP, no command-line library.
        if (arguments is ["hook" or "init" or "report-turn" or "session-end", ..] and not [_, "--help" or "-h", ..])
        {
            return HookCommand.Run(arguments);
        }

        if (arguments is ["agent", "hook", ..] and not [_, _, "--help" or "-h", ..])
        {
            return FleetHookCommand.Run();
        }

        if (arguments is ["statusline", ..] and not [_, "--help" or "-h", ..])
        {
            return StatusLineCommand.RunAsync(arguments).GetAwaiter().GetResult();
        }

        // A client older than 2.1.139 does not know a hook's "args" and runs the program without any. An error would make it continue the turn.
        if (arguments is [] && Console.IsInputRedirected)
        {
            return HookCommand.RunWithoutArguments();
        }

        return CommandLine.RunAsync(arguments).GetAwaiter().GetResult();
    }
}
