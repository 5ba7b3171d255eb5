using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Fleet.Network;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>All that the fleet page shows, read at one instant.</summary>
public sealed record FleetPageView(DateTimeOffset At, MonitorsView Monitors, IReadOnlyList<NetworkFact> Network);
