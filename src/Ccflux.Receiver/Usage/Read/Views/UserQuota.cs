namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>How full a user's limits are, as the account itself showed it; never worked out from tokens.</summary>
/// <param name="FiveHour">Null where nothing was observed.</param>
/// <param name="SevenDay">Null where nothing was observed.</param>
public sealed record UserQuota(QuotaReading? FiveHour, QuotaReading? SevenDay)
{
    /// <summary>Of the window that is fuller, and so the nearer to blocking its user.</summary>
    public DateTimeOffset? ResetsAt => (FiveHour?.Share ?? -1) >= (SevenDay?.Share ?? -1) ? FiveHour?.NextReset : SevenDay?.NextReset;
}

/// <summary>The newest reading of a window.</summary>
/// <param name="UsedPercent">May pass 100.</param>
/// <param name="IsOver">The window has reset since; how full it is now is not known.</param>
/// <param name="Source">Where it was observed, in words.</param>
public sealed record QuotaReading(double UsedPercent, DateTimeOffset? ResetsAt, bool IsOver, DateTimeOffset ObservedAt, string Source)
{
    /// <summary>Null where it is not known how full the window is now.</summary>
    public double? Share => IsOver ? null : UsedPercent / 100;

    public DateTimeOffset? NextReset => IsOver ? null : ResetsAt;
}
