namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>How full a user's limits are, as observed from the account itself; never estimated from tokens.</summary>
/// <param name="FiveHour">Null if nothing was observed.</param>
/// <param name="SevenDay">Null if nothing was observed.</param>
public sealed record UserQuota(QuotaReading? FiveHour, QuotaReading? SevenDay)
{
    /// <summary>The reset of the fuller window, which is closer to blocking its user.</summary>
    public DateTimeOffset? ResetsAt => (FiveHour?.Share ?? -1) >= (SevenDay?.Share ?? -1) ? FiveHour?.NextReset : SevenDay?.NextReset;
}

/// <summary>The newest reading of a window.</summary>
/// <param name="UsedPercent">May exceed 100.</param>
/// <param name="IsOver">True if the window has reset since; how full it is now is unknown.</param>
/// <param name="Source">Where it was observed, in words.</param>
public sealed record QuotaReading(double UsedPercent, DateTimeOffset? ResetsAt, bool IsOver, DateTimeOffset ObservedAt, string Source)
{
    /// <summary>Null if it is unknown how full the window is now.</summary>
    public double? Share => IsOver ? null : UsedPercent / 100;

    public DateTimeOffset? NextReset => IsOver ? null : ResetsAt;
}
