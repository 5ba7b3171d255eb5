using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Testing;

namespace Ccflux.Receiver.Killable;

/// <summary>The receiver, killed at the step that a test names.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments)
    {
        VaultFaultPoints.Listener = KillAt.FromEnvironment().Reached;
        return Receiver.Program.Main(arguments);
    }
}
