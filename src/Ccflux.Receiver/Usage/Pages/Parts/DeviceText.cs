using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

internal static class DeviceText
{
    public static Tone Tone(DeviceStatus status) => status switch
    {
        DeviceStatus.Active => Shell.Components.Tone.Good,
        DeviceStatus.WaitingForApproval => Shell.Components.Tone.Warn,
        DeviceStatus.RegisteredAgain => Shell.Components.Tone.Warn,
        DeviceStatus.Revoked => Shell.Components.Tone.Bad,
    };

    public static string Word(DeviceStatus status) => status switch
    {
        DeviceStatus.Active => "Active",
        DeviceStatus.WaitingForApproval => "Waiting",
        DeviceStatus.RegisteredAgain => "Registered again",
        DeviceStatus.Revoked => "Revoked",
    };

    public static string? Title(DeviceRow row) => row.Status switch
    {
        DeviceStatus.WaitingForApproval => "Its reports are refused until an admin approves it.",
        DeviceStatus.RegisteredAgain => "An earlier key of this user's same host was revoked. It now reports with a new one.",
        DeviceStatus.Revoked when row.RevokedAt is { } at => $"Revoked {Times.Exact(at)}",
        DeviceStatus.Revoked or DeviceStatus.Active => null,
    };
}
