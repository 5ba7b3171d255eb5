using Ccflux.Receiver.Fleet.Monitors;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Everything that the fleet page shows, read at one instant.</summary>
/// <param name="DecidedAt">When rotation last ran; null means not yet.</param>
/// <param name="IsSoonestFirst">Rotation always chooses the account whose week resets soonest.</param>
public sealed record FleetPageView(
    DateTimeOffset At,
    FleetHead Head,
    IReadOnlyList<AccountRow> Accounts,
    IReadOnlyList<AgentRow> Agents,
    IReadOnlyList<SessionRow> Sessions,
    IReadOnlyList<PinView> Pins,
    DateTimeOffset? DecidedAt,
    IReadOnlyList<DecisionRow> Decisions,
    LogPage Log,
    MonitorsView Monitors,
    IReadOnlyList<NetworkFact> Network,
    IReadOnlyList<(string Name, string Text)> Rotation,
    bool IsSoonestFirst);
