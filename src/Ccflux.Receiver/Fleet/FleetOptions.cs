using System.ComponentModel;

namespace Ccflux.Receiver.Fleet;

/// <summary>Whether there is a fleet.</summary>
internal sealed class FleetOptions
{
    [ConfigurationKeyName("FLEET")]
    [Description("Turns fleet on: several accounts, the right one active. Read docs/fleet.md first: it handles credentials.")]
    public bool IsOn { get; set; }
}
