namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>What happens to a config dir.</summary>
internal enum Verdict
{
    /// <summary>Nothing changes.</summary>
    Stay = 1,

    /// <summary>It gets another account now.</summary>
    Switch = 2,

    /// <summary>It gets another account once its tool calls have ended.</summary>
    Deferred = 3,

    /// <summary>Its account cannot be used and no other is available.</summary>
    Blocked = 4,
}

/// <summary>The result of one call of <see cref="RotationRule.Decide"/>.</summary>
/// <param name="ConfigDirs">One for each config dir of the state, in the same order.</param>
/// <param name="Cooling">Accounts that reached their 5-hour ceiling and have not cooled; input of the next state.</param>
internal sealed record Decision(IReadOnlyList<ConfigDirDecision> ConfigDirs, IReadOnlySet<FleetAccountId> Cooling);

/// <summary>The decision for one config dir, and the figures behind it.</summary>
/// <param name="ConfigDir">Its id.</param>
/// <param name="Verdict">What happens.</param>
/// <param name="Reason">Why.</param>
/// <param name="To">The account it gets, or waits for.</param>
/// <param name="Since">Since when a deferred switch waits.</param>
/// <param name="From">The figures of the account in use.</param>
/// <param name="Target">The figures of the other account.</param>
internal sealed record ConfigDirDecision(
    string ConfigDir, Verdict Verdict, RotationReason Reason, FleetAccountId? To = null, DateTimeOffset? Since = null, AccountFigures? From = null, AccountFigures? Target = null);
