using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Identity.Pages;

/// <summary>The questions before each change of users and devices.</summary>
internal static class IdentityConfirmations
{
    public static Question RevokeUser(string email) => new(
        $"Revoke {email}?",
        [$"The token of {email} stops working within seconds; new reports are refused. Past usage stays.", "This cannot be undone; a new token can be issued at any time."],
        "Revoke token",
        IsDanger: true);

    public static Question Reissue(string email, int? days) => new(
        $"Reissue the token of {email}?",
        ["The old token is replaced by a new one at once, and so is the telemetry token. Past usage stays with the e-mail address."],
        "Reissue token",
        IsDanger: false,
        new ConfirmationField("days", "Days valid", "After the last use. Leave empty to keep the old token's value.", days?.ToString(CultureInfo.InvariantCulture) ?? "", "number", Min: 1, Max: 3650));

    public static Question Division(string email, string division) => new(
        $"Division of {email}",
        [],
        "Save division",
        IsDanger: false,
        new ConfirmationField("division", "Division", "Team or department. Leave empty to remove it.", division, "text", MaxLength: 128));

    public static Question Erase(string email) => new(
        $"Erase {email}?",
        [
            "Everything about this person is removed: usage, telemetry, readings, tokens, devices, and the name in the audit log. It begins at once, takes seconds, and cannot be undone.",
            "What stays is a number, the time, and a keyed hash by which what this person's machines still send is refused. Everybody else's figures stay as they are.",
            "Backups and files that were handed out before are out of reach. You can add the person again later, without the past.",
        ],
        "Erase this person",
        IsDanger: true,
        new ConfirmationField("confirmed", "E-mail address", "Enter it to confirm.", "", "text", MaxLength: 254));

    public static Question RevokeDevice(string device, string email) => new(
        $"Revoke {device}?",
        [$"Reports from this device of {email} are refused from now on. The user's token and other devices keep working.", "The machine can register a new key after its user deletes the old one."],
        "Revoke device",
        IsDanger: true);

    public static Question ApproveDevice(string device, string email, DateTimeOffset registered) => new(
        $"Approve {device}?",
        [$"It registered for {email} on {Times.Exact(registered)}. Its reports will be accepted from now on."],
        "Approve device",
        IsDanger: false);
}
