using System.CommandLine;
using Ccflux.Lab.Commands;
using Ccflux.Receiver.Cli;

namespace Ccflux.Lab;

/// <summary>What developers run beside the receiver and users never do: demo data, and rotation over simulated fortnights.</summary>
internal static class Program
{
    /// <returns>0 done, 1 failed, 2 a command line that is not understood.</returns>
    public static Task<int> Main(string[] args) =>
        ReceiverCommands.RunAsync(new RootCommand("Tools for developing ccflux.") { DemoCommand.Make(), SimulateCommand.Make(), RecordCommand.Make() }, args);
}
