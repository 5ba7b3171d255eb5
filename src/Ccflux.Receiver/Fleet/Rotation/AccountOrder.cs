namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>The order in which accounts are used: the sooner the week ends, the sooner; unknown ends after known ones, exhausted accounts last.</summary>
internal static class AccountOrder
{
    private const long Unknown = long.MaxValue / 2;

    public static IReadOnlyList<long> Of(FleetState state, DateTimeOffset now)
    {
        var order = new long[state.Accounts.Count];
        var keys = new (bool Exhausted, long Reset, int Index)[order.Length];
        for (var index = 0; index < order.Length; index++)
        {
            var account = state.Accounts[index];
            var ceiling = account.SevenDayCeiling ?? state.Settings.SevenDayCeiling;
            order[index] = account.Id;
            keys[index] = (Standing.Used(account.SevenDay, now) >= ceiling, Key(account, state.Settings, now), index);
        }

        Array.Sort(keys, order);
        return order;
    }

    /// <summary>Smaller is sooner.</summary>
    public static long Key(AccountState account, RotationSettings settings, DateTimeOffset now) =>
        account.SevenDay is { ResetsAt: { } reset } window && reset > now && !window.IsStale(settings, now) ? reset.ToUnixTimeMilliseconds() : Unknown;

    /// <summary>Sooner by enough to be worth a switch.</summary>
    public static bool IsSooner(AccountState account, AccountState than, RotationSettings settings, DateTimeOffset now) =>
        Key(account, settings, now) + (long)settings.SoonerBy.TotalMilliseconds <= Key(than, settings, now);
}
