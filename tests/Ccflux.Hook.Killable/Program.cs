using Ccflux.Hook.Spool;
using Ccflux.Testing;

namespace Ccflux.Hook.Killable;

/// <summary>The hook program, killed at the step that a test names.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        Fault.Listener = KillAt.FromEnvironment().Reached;
        return Hook.Program.Main(arguments);
    }
}
