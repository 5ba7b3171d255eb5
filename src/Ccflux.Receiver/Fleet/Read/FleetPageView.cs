using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Fleet.Network;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>All that the fleet page shows, read at one instant.</summary>
public sealed record FleetPageView(
    DateTimeOffset At,
    FleetHead Head,
    IReadOnlyList<AccountRow> Accounts,
    IReadOnlyList<AgentRow> Agents,
    IReadOnlyList<SessionRow> Sessions,
    IReadOnlyList<PinView> Pins,
    LogPage Log,
    MonitorsView Monitors,
    IReadOnlyList<NetworkFact> Network,
    IReadOnlyList<(string Name, string Text)> Rotation);
