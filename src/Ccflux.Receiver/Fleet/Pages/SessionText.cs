using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>States of sessions in words.</summary>
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

    public static string Note(IReadOnlyList<Read.SessionRow> rows)
    {
        var stale = rows.Count(row => row.State is Read.SessionRows.Stale);
        return string.Create(CultureInfo.InvariantCulture, $"{rows.Count - stale} alive{(stale > 0 ? $", {stale} stale" : "")}");
    }
}
