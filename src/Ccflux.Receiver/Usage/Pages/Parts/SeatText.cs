using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>The status of a provisioned user, in words.</summary>
internal static class SeatText
{
    public static Tone Tone(SeatStatus status) => status switch
    {
        SeatStatus.Active => Shell.Components.Tone.Good,
        SeatStatus.Silent => Shell.Components.Tone.Warn,
        SeatStatus.NeverReported => Shell.Components.Tone.None,
        SeatStatus.Expired => Shell.Components.Tone.Warn,
        SeatStatus.Revoked => Shell.Components.Tone.Bad,
    };

    public static string Word(SeatRow row) => row.Status switch
    {
        SeatStatus.Active => "Active",
        SeatStatus.Silent => row.SilentDays is { } days ? $"Silent {days} d" : "Silent",
        SeatStatus.NeverReported => "Never reported",
        SeatStatus.Expired => "Expired",
        SeatStatus.Revoked => "Revoked",
    };

    public static string? Title(SeatRow row) => row.Status switch
    {
        SeatStatus.Silent => $"Has a live token and has reported before, but not for {Numbers.Of(row.SilentDays ?? 0, "day")}.",
        SeatStatus.NeverReported => "Has a live token but has never reported: is the plugin installed?",
        SeatStatus.Expired => "The token has expired. Reissue it to continue.",
        SeatStatus.Revoked => "The token was revoked. Reissue it to continue.",
        SeatStatus.Active => row.DaysValid is { } days ? $"Expires {Numbers.Of(days, "day")} after the last use." : null,
    };

    public static string Versions(SeatRow row) =>
        row.PluginVersion is null && row.ClaudeCodeVersion is null ? "—" : $"{row.PluginVersion ?? "—"} / {row.ClaudeCodeVersion ?? "—"}";
}
