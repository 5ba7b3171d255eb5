using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary>Everything but the hot path: reads the arguments and runs a command.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var interrupted = new CancellationTokenSource();
        return arguments switch
        {
            ["deliver", ..] => await DeliverCommand.RunAsync(new StateDirectory(arguments is [_, "--config-dir", var dir] ? dir : StateDirectory.DefaultConfigDir()), interrupted.Token).ConfigureAwait(false),
            _ => 2,
        };
    }
}
