namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>An account's figures at the moment of a decision; null means unknown.</summary>
internal sealed record AccountFigures(
    FleetAccountId Account, double? FiveHour, double? FiveHourPerMinute, double? SevenDay, double? SevenDayPerMinute, DateTimeOffset? SevenDayResetsAt, bool Stale)
{
    public static AccountFigures? Of(AccountState? account, RotationSettings settings, DateTimeOffset now) => account is null ? null : new(
        account.Id,
        account.FiveHour is null ? null : AccountFitness.Used(account.FiveHour, now),
        account.FiveHour?.PerMinute,
        account.SevenDay is null ? null : AccountFitness.Used(account.SevenDay, now),
        account.SevenDay?.PerMinute,
        account.SevenDay is { } week && !week.IsOver(now) ? week.ResetsAt : null,
        account.SevenDay?.IsStale(settings, now) ?? true);
}
