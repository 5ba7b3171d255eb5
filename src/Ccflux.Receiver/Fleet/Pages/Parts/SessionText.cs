using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>Texts for states of sessions.</summary>
internal static class SessionText
{
    public static Tone Tone(string state) => state switch
    {
        "tool" => Shell.Components.Tone.Info,
        "turn" => Shell.Components.Tone.Good,
        "stale" => Shell.Components.Tone.Warn,
        _ => Shell.Components.Tone.None,
    };

    public static string Word(string state) => state switch
    {
        "tool" => "Tool call",
        "turn" => "In a turn",
        "stale" => "Stale",
        "idle" => "Idle",
        _ => state,
    };

    /// <summary>Names the machine that has been offline longest; null if none is.</summary>
    public static string? Silence(IReadOnlyList<Read.SessionRow> rows, PageFrame frame) =>
        rows.Where(row => row.State is Read.SessionRows.Stale).MinBy(row => row.LastSeenAt) is { } silent
            ? $"{silent.Machine} has been offline for {Times.Left(frame.Now - silent.LastSeenAt)}. Its sessions count as gone at {SessionRule.GoneAfter.TotalSeconds:0} s."
            : null;

    public static string Note(IReadOnlyList<Read.SessionRow> rows)
    {
        var stale = rows.Count(row => row.State is Read.SessionRows.Stale);
        return string.Create(CultureInfo.InvariantCulture, $"{rows.Count - stale} live{(stale > 0 ? $", {stale} stale" : "")}");
    }
}
