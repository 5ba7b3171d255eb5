using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>A line of the audit log in words, with the same verbs as on the buttons.</summary>
internal static class AuditText
{
    public static string Word(string action) => action switch
    {
        "user.add" => "User added",
        "user.revoke" => "User revoked",
        "user.reissue" => "Token reissued",
        "user.forget-usage" => "Usage removed",
        "user.refuse" => "Manually inserted user refused",
        "user.copies" => "Shared requests declared as copies",
        "user.copies-count" => "Shared requests counted for both users again",
        "user.division" => "Division changed",
        "person.erase" => "Person erased",
        "device.revoke" => "Device revoked",
        "device.approve" => "Device approved",
        "device.register-again" => "Device registered again after being revoked",
        "telemetry.issue" => "Telemetry token issued",
        "telemetry.reissue" => "Telemetry token reissued",
        "telemetry.revoke" => "Telemetry tokens revoked",
        "telemetry.plan" => "Plan set",
        "telemetry.map" => "Installation assigned",
        "quota.alert.test" => "Test alert sent",
        "quota.alert.rule" => "Alert rule changed",
        "quota.interval" => "Poll interval changed",
        "fleet.import" => "Fleet: login imported",
        "fleet.edit" => "Fleet: account changed",
        "fleet.remove" => "Fleet: account removed",
        "fleet.refresh" => "Fleet: login renewed manually",
        "fleet.read-answer" => "Fleet: stored refresh response read",
        "fleet.rotate-keys" => "Fleet: keys rotated",
        "fleet.code" => "Fleet: enrolment code created",
        "fleet.grant" => "Fleet: grant changed",
        "fleet.revoke" => "Fleet: agent revoked",
        "fleet.seal" => "Fleet: login issued manually",
        "fleet.switch" => "Fleet: switch requested",
        "fleet.release" => "Fleet: manual switch released",
        "fleet.pin" => "Fleet: account pinned",
        "fleet.unpin" => "Fleet: account unpinned",
        "fleet.pause" => "Fleet: rotation paused",
        "fleet.resume" => "Fleet: rotation resumed",
        "usage.check" => "Sums checked",
        "usage.recount" => "Sums counted again",
        "sign-in" => "Signed in",
        "sign-in.refused" => "Wrong token",
        "sign-out" => "Signed out",
        "session.end" => "Session ended",
        "restore" => "Database restored",
        _ => action,
    };

    public static Tone Tone(string action) => action switch
    {
        "user.revoke" or "user.forget-usage" or "person.erase" or "device.revoke" or "telemetry.revoke" or "fleet.revoke" or "fleet.remove" => Shell.Components.Tone.Bad,
        "device.register-again" or "user.refuse" or "restore" => Shell.Components.Tone.Warn,
        "sign-in" or "sign-out" => Shell.Components.Tone.None,
        _ => Shell.Components.Tone.Good,
    };

    public static string Detail(AuditRow row) =>
        string.Join(", ", new[] { row.Target, row.Detail, row.Actor is "admin" or "" ? "" : $"by {row.Actor}", row.Address }.Where(text => text.Length > 0));
}
