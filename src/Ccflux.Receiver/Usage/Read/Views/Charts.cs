namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>Billed tokens a day, by model (the heaviest first, and "other" last where there are many). Every series has one figure for each of <paramref name="Days"/> (UTC).</summary>
/// <param name="Unfinished">Today, when it is among the days.</param>
/// <param name="FirstDay">The first day of the whole history; days before it hold nothing because nothing was recorded.</param>
/// <param name="Hours">The same hour by hour, where the period is short; null where it is not.</param>
public sealed record DailyUsage(
    IReadOnlyList<DateOnly> Days, IReadOnlyList<ModelSeries> Models, IReadOnlyList<long> Total, DateOnly? Unfinished, DateOnly? FirstDay, HourlyUsage? Hours);

/// <summary>Billed tokens an hour (UTC), by model.</summary>
/// <param name="Hours">Where each begins; the last one is the last of the period, or the one that runs.</param>
/// <param name="Prior">Of the same hours of the period of equal length before, all models.</param>
/// <param name="IsRunning">The last hour is not over.</param>
public sealed record HourlyUsage(IReadOnlyList<DateTimeOffset> Hours, IReadOnlyList<ModelSeries> Models, IReadOnlyList<long> Prior, bool IsRunning);

/// <param name="Daily">A figure for each day, or hour.</param>
public sealed record ModelSeries(ModelRef Model, long Billed, IReadOnlyList<long> Daily);

/// <summary>A part of one bar.</summary>
public sealed record ModelShare(ModelRef Model, long Billed);

/// <summary>A user's billed tokens, split by model (largest part first).</summary>
/// <param name="Share">Of all users' billed tokens, 0 to 1.</param>
public sealed record UserBar(UserRef User, long Billed, double Share, IReadOnlyList<ModelShare> Models);

public sealed record ModelBar(ModelRef Model, long Billed, double Share);

/// <param name="Name">Empty for people without a division.</param>
/// <param name="Users">Who reported in the period.</param>
public sealed record DivisionBar(string Name, int Users, TokenSums Tokens, Cost Cost, double Share);

/// <summary>The highest peaks, by tier.</summary>
/// <param name="Users">Users with a window in the period, also those beyond the list.</param>
public sealed record PeakList(IReadOnlyList<PeakGroup> Groups, int Users);

/// <summary>Peaks of one tier's users, the highest first; the highest tier stands first, users without one last.</summary>
public sealed record PeakGroup(string Tier, IReadOnlyList<PeakBar> Users);

/// <summary>A user's largest 5-hour window of the period, and the average of all of them, in billed tokens.</summary>
/// <param name="LimitTokens">What the window held when a limit was hit; null where none was seen.</param>
/// <param name="Open">Billed tokens of the window that is open now.</param>
public sealed record PeakBar(UserRef User, TierView Tier, long Peak, long Average, int Windows, long? LimitTokens, long? Open);
