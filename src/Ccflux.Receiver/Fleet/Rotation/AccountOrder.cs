namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>Sorts all accounts by their order of use, for display. Exhausted accounts, and those without a usable login, come last.</summary>
internal static class AccountOrder
{
    public static IReadOnlyList<FleetAccountId> Of(FleetState state, DateTimeOffset now) =>
    [
        .. state.Accounts
            .Select(account => (account.Id, Last: IsSpent(account, state.Settings, now), Urgency: Urgency.Of(account, state.Settings, now)))
            .OrderBy(place => place.Last).ThenBy(place => place.Urgency.Rank).ThenBy(place => place.Urgency.Value).ThenBy(place => place.Id.Value)
            .Select(place => place.Id),
    ];

    private static bool IsSpent(AccountState account, RotationSettings settings, DateTimeOffset now) =>
        AccountFitness.Of(account, [], settings, 1, null, now) is { Fitness: Fitness.Blocked, Why: not RotationReason.FiveHourExhausted };
}
