using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Telemetry.Auth;

namespace Ccflux.Receiver.Telemetry.Pages;

/// <summary>Defines what is asked before each change about telemetry.</summary>
internal static class TelemetryConfirmations
{
    public static Question Issue(string email) => new(
        $"Issue a telemetry token for {email}?",
        ["It can write this user's telemetry and nothing else, and is shown once. Earlier tokens stay valid until they are revoked."],
        "Issue token",
        IsDanger: false);

    public static Question Revoke(string email) => new(
        $"Revoke the telemetry tokens of {email}?",
        ["All of them stop working at once, and telemetry with them. Telemetry received so far and hook reports are kept."],
        "Revoke tokens",
        IsDanger: true);

    public static Question Plan(string person, string? plan) => new(
        $"Which plan does {person} have?",
        ["It takes precedence over the tier that is inferred from usage. How much five hours of it allow is known once a limit was hit."],
        "Set plan",
        IsDanger: false,
        new ConfirmationField("plan", "Plan", $"Such as {PlanStore.Examples}. Leave empty to use the tier again.", plan ?? "", "text", PlanStore.MaxLength));

    public static Question Map(string install, string? email) => new(
        $"Whose is installation {install}?",
        ["All of its figures move to that user, including past ones."],
        "Assign",
        IsDanger: false,
        new ConfirmationField("email", "E-mail of the user", "Leave empty to remove the assignment.", email ?? "", "text", MaxLength: 254));
}
