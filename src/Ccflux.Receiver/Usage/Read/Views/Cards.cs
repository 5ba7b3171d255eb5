namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>The cards: totals over all time and everybody, with the chosen period beside the one of equal length before it.</summary>
/// <param name="NewUsers">Users whose first turn lies in the period.</param>
/// <param name="Events">All-time events; a turn is counted once, an event once per model of a turn.</param>
/// <param name="PriorIsWhole">False when the history begins inside the prior period, so that its figures are too low to compare with.</param>
public sealed record UsageCards(
    CountCard Users,
    long NewUsers,
    CountCard Sessions,
    CountCard Turns,
    CountCard Input,
    CountCard Output,
    RateCard CacheHit,
    CostCard Cost,
    long Events,
    long FailedTurns,
    IReadOnlyList<DateOnly> Days,
    bool PriorIsWhole);

/// <param name="Daily">One figure a day of the period, for the spark.</param>
public sealed record CountCard(long Total, long Period, long Prior, IReadOnlyList<long> Daily)
{
    /// <summary>Relative change against the prior period: 0.1 is a tenth more.</summary>
    public double? Change => Prior == 0 ? null : ((double)Period - Prior) / Prior;
}

/// <summary>A share, 0 to 1; null where there was nothing to take a share of.</summary>
public sealed record RateCard(double? Total, double? Period, double? Prior, IReadOnlyList<double?> Daily)
{
    public double? Points => Period - Prior;
}

public sealed record CostCard(Cost Total, Cost Period, Cost Prior, IReadOnlyList<decimal> Daily)
{
    public double? Change => Prior.Priced == 0 ? null : (double)((Period.Priced - Prior.Priced) / Prior.Priced);
}
