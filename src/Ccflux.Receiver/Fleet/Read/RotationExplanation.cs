using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Explains how rotation works, with the numbers that it actually uses.</summary>
internal static class RotationExplanation
{
    public static IReadOnlyList<(string Name, string Text)> Of(RotationSettings settings) =>
    [
        ("Order", $"{Order(settings)} Unknown resets come after known ones; exhausted accounts come last."),
        ("7d",
            $"The main measure. At {Percent(settings.SevenDayCeiling)} the account rests until its reset. If it is forecast to get there within {Span(settings.SevenDayHorizon)}, the switch comes early (velocity_preemptive_switch window=7d)."),
        ("5h",
            $"A short-term speed limit. At {Percent(settings.FiveHourCeiling)} the next account takes over until this one has cooled to {Percent(settings.FiveHourCool)} or was reset, and then it is used again{(settings.IsSoonestFirst ? "" : " if it is the most urgent")}; within {Span(settings.FiveHourHorizon)} of a forecast breach the switch comes early (velocity_preemptive_switch window=5h). An account may have its own ceilings."),
        ("Reset", "When a window ends, its share falls back to 0, and an account that was used up can be used again. Before the first use, the end is unknown."),
        ("During a turn",
            $"While a tool call runs in any session of a config dir, its switch waits, whatever the reason (switcher_switch_deferred), and is retried when the call ends and every {Span(settings.Tick)}."),
        ("No flapping",
            $"There are {Span(settings.Cooldown)} between two switches of a config dir, unless its account is blocked or you request a switch. An account replaces the one in use only if its week ends {Span(settings.SoonerBy)} sooner{(settings.IsSoonestFirst ? "" : $" or it is more urgent by {Percent((settings.MoreUrgentBy - 1) * 100)}")}, and it is entered only if it is forecast to last {Times(settings.EntryHorizons)} as long as staying would need. If none lasts that long, one below its ceiling is entered if it lasts {Times(settings.EntryHorizons)} as long as the one in use. If the account in use is at its 5-hour ceiling or about to be used up, or will be before those {Span(settings.Cooldown)} are over, {Span(settings.LeastRest)} is enough."),
        ("Unknown figures",
            $"A reading older than {Span(settings.Stale)} counts as unknown, and the reason of a decision says so. Windows of single models count only for sessions that use that model."),
        ("Pins",
            "A config-dir pin takes precedence over a machine pin, which takes precedence over a fleet pin. A strict pin means this account or none; a soft pin means this account while it can be used."),
    ];

    private static string Order(RotationSettings settings) => settings.IsSoonestFirst
        ? $"The account whose weekly window resets soonest is used first, up to {UsedTo(settings)}, because what is left at the reset is lost."
        : $"What is left of a week is lost when it resets. In the last {Span(settings.SoonestFirstWithin)} before a reset, the account whose weekly window resets soonest is used first, up to {UsedTo(settings)}. Before that, it is the one with the least time per percent left; the fuller its 5-hour window, the later its turn.";

    /// <summary>Readings are whole percents, so nobody knows whether the last one is left.</summary>
    private static string UsedTo(RotationSettings settings) =>
        $"{Percent(settings.SevenDayCeiling)}{(settings.SevenDayCeiling >= 100 ? " (the last percent only if no other account can be used)" : "")}";

    private static string Percent(double value) => $"{value.ToString("0.#", CultureInfo.InvariantCulture)} %";

    private static string Times(double value) => value == 2 ? "twice" : $"{value.ToString("0.#", CultureInfo.InvariantCulture)} times";

    private static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 60 } => $"{span.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} seconds",
        { TotalMinutes: 1 } => "a minute",
        { TotalMinutes: < 120 } => $"{span.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture)} minutes",
        _ => $"{span.TotalHours.ToString("0.#", CultureInfo.InvariantCulture)} hours",
    };
}
