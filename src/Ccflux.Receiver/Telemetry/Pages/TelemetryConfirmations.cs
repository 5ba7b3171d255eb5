using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Telemetry.Auth;

namespace Ccflux.Receiver.Telemetry.Pages;

/// <summary>What is asked before each change about telemetry.</summary>
internal static class TelemetryConfirmations
{
    public static Question Issue(string email) => new(
        $"Issue a telemetry token for {email}?",
        ["It can write this user's telemetry and nothing else, and is shown once. Earlier ones stay until they are revoked."],
        "Issue token",
        IsDanger: false);

    public static Question Revoke(string email) => new(
        $"Revoke the telemetry tokens of {email}?",
        ["All of them stop at once, and telemetry with them. What was received stays, and so do hook reports."],
        "Revoke tokens",
        IsDanger: true);

    public static Question Plan(string person, string? plan) => new(
        $"Which plan does {person} have?",
        ["It stands before the tier that is inferred from usage. How much five hours of it hold is known once a limit was met."],
        "Set plan",
        IsDanger: false,
        new ConfirmationField("plan", "Plan", $"Such as {PlanStore.Examples}. Empty: the tier stands again.", plan ?? "", "text", PlanStore.MaxLength));

    public static Question Map(string install, string? email) => new(
        $"Whose is installation {install}?",
        ["All of its figures move to that user, past ones too."],
        "Assign",
        IsDanger: false,
        new ConfirmationField("email", "E-mail of the user", "Empty takes the assignment back.", email ?? "", "text", MaxLength: 254));
}
