namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>The cards: the selected period within the filter, the same part of the preceding period of equal length, and all time within the filter.</summary>
/// <param name="Users">Users with an event.</param>
/// <param name="NewUsers">Users whose first turn is in the period; null while a model is selected.</param>
/// <param name="Sessions">Unknown while a model is selected, as is <paramref name="FailedTurns"/>.</param>
/// <param name="Turns">While a model is selected, the turns that used it.</param>
/// <param name="Events">A turn is counted once, an event once per model of a turn.</param>
/// <param name="PriorIsWhole">False if the history begins inside the prior period, so that its figures are too low to compare with.</param>
/// <param name="PriorUntil">The end of the part of the prior period that counts; null if the period has ended and all of the prior one counts.</param>
public sealed record UsageCards(
    CountCard Users,
    long? NewUsers,
    CountCard Sessions,
    CountCard Turns,
    CountCard Input,
    CountCard Output,
    RateCard CacheHit,
    CostCard Cost,
    CountCard Events,
    CountCard FailedTurns,
    IReadOnlyList<DateOnly> Days,
    bool PriorIsWhole,
    DateTimeOffset? PriorUntil);

/// <param name="Daily">One figure per day of the period, for the sparkline.</param>
/// <param name="Total">Over all time. If the figure is not known, this and the others are null.</param>
public sealed record CountCard(long? Total, long? Period, long? Prior, IReadOnlyList<long> Daily)
{
    public static CountCard Unknown { get; } = new(null, null, null, []);

    /// <summary>Relative change from the prior period: 0.1 is a tenth more.</summary>
    public double? Change => Prior is null or 0 ? null : ((double?)Period - Prior) / Prior;
}

/// <summary>A share, 0 to 1; null if its denominator is zero.</summary>
public sealed record RateCard(double? Total, double? Period, double? Prior, IReadOnlyList<double?> Daily)
{
    public double? Points => Period - Prior;
}

public sealed record CostCard(Cost Total, Cost Period, Cost Prior, IReadOnlyList<decimal> Daily)
{
    public double? Change => Prior.Priced == 0 ? null : (double)((Period.Priced - Prior.Priced) / Prior.Priced);
}
