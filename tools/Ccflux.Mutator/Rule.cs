namespace Ccflux.Mutator;

/// <summary>A pure rule: files that decide something from their arguments alone, and the test classes that must notice if they decide otherwise.</summary>
/// <param name="Name">What <c>eng/mutate.sh</c> calls it.</param>
/// <param name="Program">Where the files are.</param>
/// <param name="Folder">Below the project, with a slash at its end.</param>
/// <param name="Files">Names without their ending.</param>
/// <param name="TestClasses">xUnit's filters.</param>
internal sealed record Rule(string Name, MutatedProgram Program, string Folder, string[] Files, string[] TestClasses)
{
    private static readonly MutatedProgram s_receiver = new("Ccflux.Receiver", "ccflux-receiver.dll");
    private static readonly MutatedProgram s_hook = new("Ccflux.Hook", "ccflux.dll");

    public static IReadOnlyList<Rule> All { get; } =
    [
        new("poll", s_receiver, "Quota/Polling/", ["PollRule"], ["*.PollRuleTests"]),
        new("forecast", s_receiver, "Quota/Forecasts/", ["ForecastRule", "Pace", "PlanEstimate", "Projection"], ["*.ForecastTests"]),
        new("merge", s_receiver, "Usage/Ledger/", ["RequestMerge", "LedgerTurn", "RequestProvenance"], ["*.MergeTests"]),
        new("prices", s_receiver, "Usage/Ledger/", ["PriceClass"], ["*.PriceClassTests"]),
        new("windows", s_receiver, "Usage/Ledger/", ["FiveHourWindows"], ["*.FiveHourWindowTests"]),
        new("calendar", s_receiver, "Platform/Calendar/", ["OrganisationCalendar"], ["*.OrganisationCalendarTests"]),
        new("sessions", s_receiver, "Fleet/Sessions/", ["SessionRule"], ["*.SessionRuleTests"]),
        new("rotation", s_receiver, "Fleet/Rotation/", ["RotationRule", "AccountFitness", "AccountOrder", "Pin", "Urgency", "Velocity"],
            ["*.RotationRuleTests", "*.RotationProperties"]),
        new("delivery", s_hook, "Delivery/", ["RetryBackoff", "RetryTime", "ResponseRule", "ClockSkew"], ["*.RetryBackoffTests", "*.RetryTimeTests", "*.ResponseRuleTests", "*.ClockSkewTests"]),
    ];
}

/// <summary>A project of <c>src</c> that mutants are built into.</summary>
/// <param name="Project">Its name; that of its tests has <c>.Tests</c> behind it.</param>
/// <param name="Assembly">The file that its tests load.</param>
internal sealed record MutatedProgram(string Project, string Assembly);
