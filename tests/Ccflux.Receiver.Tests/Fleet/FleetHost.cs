using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>A receiver with an empty fleet turned on, for tests of features other than the vault.</summary>
internal static class FleetHost
{
    public static Task<RunningReceiver> StartAsync(ManualTime time, params (string Key, string? Value)[] settings) =>
        RunningReceiver.StartAsync(time, [("FLEET", "1"), ("VAULT_KEY_PATH", Directory.CreateTempSubdirectory("ccflux-keys-").FullName), .. settings]);
}
