using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Explains how rotation works, with the numbers that it actually uses.</summary>
internal static class RotationExplanation
{
    public static IReadOnlyList<(string Name, string Text)> Of(RotationSettings settings) =>
    [
        ("Order", $"{Order(settings)} Unknown resets come after known ones; exhausted accounts come last."),
        ("7d",
            $"The main measure. At {Percent(settings.SevenDayCeiling)} the account rests until its reset. If it is projected to get there within {Span(settings.SevenDayHorizon)}, the switch comes early (velocity_preemptive_switch window=7d)."),
        ("5h",
            $"A short-term speed limit. At {Percent(settings.FiveHourCeiling)} the next account takes over until this one has cooled to {Percent(settings.FiveHourCool)} or was reset, and then it is used again{(settings.IsSoonestFirst ? "" : " where it is the most urgent")}; within {Span(settings.FiveHourHorizon)} of a projected breach the switch comes early (velocity_preemptive_switch window=5h). An account may have ceilings of its own."),
        ("Reset", "When a window ends, its share falls back to 0, and an account that was used up can be used again. Where nothing was used yet, the end is not known."),
        ("In the middle of a turn",
            $"While a tool call runs in any session of a config dir, its switch waits, whatever the reason (switcher_switch_deferred), and is tried again when the call ends and every {Span(settings.Tick)}."),
        ("No flapping",
            $"Between two switches of a config dir lie {Span(settings.Cooldown)}, unless its account is blocked or you ask for one. One account goes before the one in use only where its week ends {Span(settings.SoonerBy)} sooner{(settings.IsSoonestFirst ? "" : $" or it is more urgent by {Percent((settings.MoreUrgentBy - 1) * 100)}")}, and one is entered only where it is projected to last {Times(settings.EntryHorizons)} as long as staying would need. Where none does, one below its ceiling is entered that lasts {Times(settings.EntryHorizons)} as long as the one in use. Where the account in use is at its 5-hour ceiling or about to be used up, or will be before those {Span(settings.Cooldown)} are over, {Span(settings.LeastRest)} is enough."),
        ("What is not known",
            $"A reading older than {Span(settings.Stale)} counts as unknown, and the reason of a decision says so. Windows of single models count only for sessions on that model."),
        ("Pins",
            "A pin of a config dir goes before one of its machine, and that before one of the fleet. A strict pin means this account or none; a soft one this account while it can be used."),
    ];

    private static string Order(RotationSettings settings) => settings.IsSoonestFirst
        ? $"The account whose weekly window resets soonest goes first and is used to {UsedTo(settings)}, because what is left at the reset is lost."
        : $"What is left of a week is lost when it resets. In the last {Span(settings.SoonestFirstWithin)} before a reset, the account whose weekly window resets soonest goes first and is used to {UsedTo(settings)}. Before that, it is the one with the least time for each percent that is left, later the fuller its 5-hour window is.";

    /// <summary>Readings are whole percents, so nobody knows whether the last one is left.</summary>
    private static string UsedTo(RotationSettings settings) =>
        $"{Percent(settings.SevenDayCeiling)}{(settings.SevenDayCeiling >= 100 ? " (the last percent only where no other account can be used)" : "")}";

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
