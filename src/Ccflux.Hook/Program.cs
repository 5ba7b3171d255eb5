using Ccflux.Hook.Commands;

namespace Ccflux.Hook;

internal static class Program
{
    public static int Main(string[] arguments)
    {
        // The hot path touches nothing of the rest: no console, no HTTP, no command-line library.
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

        // A client before 2.1.139 knows no "args" of a hook and runs the program without any. An error would tell it that the turn must go on.
        if (arguments is [] && Console.IsInputRedirected)
        {
            return HookCommand.RunWithoutArguments();
        }

        return CommandLine.RunAsync(arguments).GetAwaiter().GetResult();
    }
}
