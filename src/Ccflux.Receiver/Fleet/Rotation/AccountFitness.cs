using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>How well an account serves now.</summary>
internal enum Fitness
{
    /// <summary>It has room in all its windows.</summary>
    Lasting = 1,

    /// <summary>Its 5-hour window is at the ceiling, or will be within minutes: used only if no account lasts.</summary>
    Short = 2,

    /// <summary>Requests will be refused within minutes: used only if there is nothing else.</summary>
    Closing = 3,

    /// <summary>A request would be refused.</summary>
    Blocked = 4,
}

/// <summary>How well an account serves one config dir.</summary>
/// <param name="Fitness">The grade.</param>
/// <param name="Why">What lowers the grade, if anything does.</param>
/// <param name="Breach">Minutes until that problem occurs; 0 if it already has, infinite if there is none.</param>
/// <param name="Lasts">Minutes until requests are refused at the present speed; infinite if no end is in sight.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AccountFitness(Fitness Fitness, RotationReason Why, double Breach = 0, double Lasts = 0)
{
    private const double Full = 100;

    /// <summary>Readings are whole percents, so up to this much less may be left.</summary>
    private const double Step = 1;

    /// <param name="account">The account.</param>
    /// <param name="models">The models of the sessions that use it or would use it.</param>
    /// <param name="settings">The rule's settings.</param>
    /// <param name="horizons">The number of horizons that it has to last.</param>
    /// <param name="newcomer">The account whose use would be added; null if it is itself in use.</param>
    /// <param name="now">The current time.</param>
    public static AccountFitness Of(
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

        var weekEnds = MinutesTo(weekCeiling - week - Step, account.SevenDay, newcomer?.SevenDay, settings, now);
        var fiveEnds = MinutesTo(Full - five - Step, account.FiveHour, newcomer?.FiveHour, settings, now);
        var lasts = Math.Min(weekEnds, fiveEnds);
        if (weekEnds <= settings.SevenDayHorizon.TotalMinutes * horizons)
        {
            return new(Fitness.Closing, RotationReason.SevenDayVelocity, weekEnds, lasts);
        }

        var isAtCeiling = five >= fiveCeiling || (account.Cooling && five > settings.FiveHourCool);
        var breach = isAtCeiling ? 0 : MinutesTo(fiveCeiling - five, account.FiveHour, newcomer?.FiveHour, settings, now);
        var why = isAtCeiling ? RotationReason.FiveHourCeiling : RotationReason.FiveHourVelocity;
        var horizon = settings.FiveHourHorizon.TotalMinutes * horizons;
        return fiveEnds <= horizon ? new(Fitness.Closing, why, Math.Min(breach, fiveEnds), lasts)
            : breach <= horizon ? new(Fitness.Short, why, breach, lasts)
            : new(Fitness.Lasting, RotationReason.InOrder, double.PositiveInfinity, lasts);
    }

    /// <summary>The minimum used by now: a window that was reset since its reading is empty, and one that was never read is assumed to be.</summary>
    public static double Used(WindowState? window, DateTimeOffset now) => window is null || window.IsOver(now) ? 0 : window.UsedPercent;

    /// <summary>Infinite if usage does not grow, or if the window is reset first.</summary>
    private static double MinutesTo(double left, WindowState? own, WindowState? added, RotationSettings settings, DateTimeOffset now)
    {
        if (left <= 0)
        {
            return 0;
        }

        var speed = Speed(own, settings, now) + Speed(added, settings, now);
        var minutes = speed <= 0 ? double.PositiveInfinity : left / speed;
        return own?.ResetsAt > now && (own.ResetsAt - now).Value.TotalMinutes < minutes ? double.PositiveInfinity : minutes;
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
