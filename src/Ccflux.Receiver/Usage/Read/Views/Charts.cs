namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>Billed tokens per day, by model (largest first, with "other" last if there are many). Every series has one figure for each of <paramref name="Days"/> (UTC).</summary>
/// <param name="Unfinished">Today, if it is among the days.</param>
/// <param name="FirstDay">The first day of the whole history; days before it are empty because nothing was recorded.</param>
/// <param name="Hours">The same by hour, if the period is short; otherwise null.</param>
public sealed record DailyUsage(
    IReadOnlyList<DateOnly> Days, IReadOnlyList<ModelSeries> Models, IReadOnlyList<long> Total, DateOnly? Unfinished, DateOnly? FirstDay, HourlyUsage? Hours);

/// <summary>Billed tokens per hour (UTC), by model.</summary>
/// <param name="Hours">The start of each hour; the last one is the last of the period, or the current one.</param>
/// <param name="Prior">Billed tokens of all models in the same hours of the preceding period of equal length.</param>
/// <param name="IsRunning">True if the last hour is not over.</param>
public sealed record HourlyUsage(IReadOnlyList<DateTimeOffset> Hours, IReadOnlyList<ModelSeries> Models, IReadOnlyList<long> Prior, bool IsRunning);

/// <param name="Daily">One figure for each day or hour.</param>
public sealed record ModelSeries(ModelRef Model, long Billed, IReadOnlyList<long> Daily);

/// <summary>One model's part of a bar.</summary>
public sealed record ModelShare(ModelRef Model, long Billed);

/// <summary>A user's billed tokens, split by model, largest part first.</summary>
/// <param name="Share">Of all users' billed tokens, 0 to 1.</param>
public sealed record UserBar(UserRef User, long Billed, double Share, IReadOnlyList<ModelShare> Models);

public sealed record ModelBar(ModelRef Model, long Billed, double Share);

/// <param name="Name">Empty for users without a division.</param>
/// <param name="Users">Users who reported in the period.</param>
public sealed record DivisionBar(string Name, int Users, TokenSums Tokens, Cost Cost, double Share);

/// <summary>The highest peaks, by tier.</summary>
/// <param name="Users">All users with a window in the period, including those not listed.</param>
public sealed record PeakList(IReadOnlyList<PeakGroup> Groups, int Users);

/// <summary>Peaks of one tier's users, highest first. The highest tier comes first, users without one last.</summary>
public sealed record PeakGroup(string Tier, IReadOnlyList<PeakBar> Users);

/// <summary>A user's largest 5-hour window in the period, and the average of all their windows, in billed tokens.</summary>
/// <param name="LimitTokens">Billed tokens of the window when a limit was hit; null if none was observed.</param>
/// <param name="Open">Billed tokens of the window that is open now.</param>
public sealed record PeakBar(UserRef User, TierView Tier, long Peak, long Average, int Windows, long? LimitTokens, long? Open);
