namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>What becomes of a config dir.</summary>
internal enum Verdict
{
    /// <summary>Nothing changes.</summary>
    Stay = 1,

    /// <summary>It gets another account now.</summary>
    Switch = 2,

    /// <summary>It gets another account once its tool calls have ended.</summary>
    Deferred = 3,

    /// <summary>Its account cannot be used and there is no other.</summary>
    Blocked = 4,
}

/// <summary>What one call of <see cref="RotationRule.Decide"/> came to.</summary>
/// <param name="ConfigDirs">One for each of the state's, in its order.</param>
/// <param name="Cooling">Accounts that reached their 5-hour ceiling and have not cooled: the next state wants them.</param>
internal sealed record Decision(IReadOnlyList<ConfigDirDecision> ConfigDirs, IReadOnlySet<long> Cooling);

/// <summary>What becomes of one config dir, and the figures that led there.</summary>
/// <param name="ConfigDir">Its id.</param>
/// <param name="Verdict">In a word.</param>
/// <param name="Reason">Why.</param>
/// <param name="To">The account it gets, or waits for.</param>
/// <param name="Since">Since when a deferred switch waits.</param>
/// <param name="From">The account in use, as it stands.</param>
/// <param name="Target">The other account, as it stands.</param>
internal sealed record ConfigDirDecision(
    string ConfigDir, Verdict Verdict, RotationReason Reason, long? To = null, DateTimeOffset? Since = null, AccountFigures? From = null, AccountFigures? Target = null);
