using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>How well an account serves now.</summary>
internal enum Fitness
{
    /// <summary>It has room in all its windows.</summary>
    Lasting = 1,

    /// <summary>It can be used, and will be where nothing lasts: its 5-hour window is at the ceiling or close, or its week nearly used up.</summary>
    Short = 2,

    /// <summary>A request would be refused.</summary>
    Blocked = 3,
}

/// <summary>How an account stands for one config dir.</summary>
/// <param name="Fitness">In a word.</param>
/// <param name="Why">What spoils it, where something does.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Standing(Fitness Fitness, RotationReason Why)
{
    private const double Full = 100;

    /// <param name="account">The account.</param>
    /// <param name="models">Of the sessions that use or would use it.</param>
    /// <param name="settings">The rule's numbers.</param>
    /// <param name="horizons">How many horizons it has to last.</param>
    /// <param name="newcomer">The account whose use would come on top; null where it is itself in use.</param>
    /// <param name="now">The present.</param>
    public static Standing Of(
        AccountState account, IReadOnlyList<string> models, RotationSettings settings, double horizons, AccountState? newcomer, DateTimeOffset now)
    {
        if (account.Login is LoginState.NeedsLogin or LoginState.Quarantined)
        {
            return new(Fitness.Blocked, RotationReason.Login);
        }

        var (week, five) = (Used(account.SevenDay, now), Used(account.FiveHour, now));
        var weekCeiling = account.SevenDayCeiling ?? settings.SevenDayCeiling;
        var fiveCeiling = account.FiveHourCeiling ?? settings.FiveHourCeiling;
        if (week >= weekCeiling)
        {
            return new(Fitness.Blocked, RotationReason.SevenDayExhausted);
        }

        if (five >= Full)
        {
            return new(Fitness.Blocked, RotationReason.FiveHourExhausted);
        }

        if (IsModelExhausted(account, models, now))
        {
            return new(Fitness.Blocked, RotationReason.ModelExhausted);
        }

        if (five >= fiveCeiling || (account.Cooling && five > settings.FiveHourCool))
        {
            return new(Fitness.Short, RotationReason.FiveHourCeiling);
        }

        if (EndsWithin(settings.SevenDayHorizon * horizons, weekCeiling - week, account.SevenDay, newcomer?.SevenDay, settings, now))
        {
            return new(Fitness.Short, RotationReason.SevenDayVelocity);
        }

        return EndsWithin(settings.FiveHourHorizon * horizons, fiveCeiling - five, account.FiveHour, newcomer?.FiveHour, settings, now)
            ? new(Fitness.Short, RotationReason.FiveHourVelocity)
            : new(Fitness.Lasting, RotationReason.InOrder);
    }

    /// <summary>What is used by now at the least: a window that was reset since it was read is empty, and one that was never read is taken for empty.</summary>
    public static double Used(WindowState? window, DateTimeOffset now) => window is null || window.IsOver(now) ? 0 : window.UsedPercent;

    private static bool EndsWithin(TimeSpan horizon, double left, WindowState? own, WindowState? added, RotationSettings settings, DateTimeOffset now)
    {
        var speed = Speed(own, settings, now) + Speed(added, settings, now);
        return left <= speed * horizon.TotalMinutes && !(own?.ResetsAt > now && own.ResetsAt < now + TimeSpan.FromMinutes(left / speed));
    }

    private static double Speed(WindowState? window, RotationSettings settings, DateTimeOffset now) =>
        window is null || window.IsOver(now) || window.IsStale(settings, now) ? 0 : window.PerMinute;

    private static bool IsModelExhausted(AccountState account, IReadOnlyList<string> models, DateTimeOffset now)
    {
        foreach (var scoped in account.Scoped)
        {
            if (Used(scoped.Window, now) >= Full)
            {
                foreach (var model in models)
                {
                    if (model.Contains(scoped.Model, StringComparison.OrdinalIgnoreCase))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }
}
