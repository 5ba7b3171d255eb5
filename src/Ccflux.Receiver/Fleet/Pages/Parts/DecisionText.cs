using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Shell.Components;
using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>Texts for rotation's last decisions.</summary>
internal static class DecisionText
{
    public static Tone Tone(DecisionRow row) => row.Verdict switch
    {
        "deferred" => Shell.Components.Tone.Warn,
        "blocked" => Shell.Components.Tone.Bad,
        "stay" when row.Reason is not ("in_order" or "requested" or "pinned") => Shell.Components.Tone.None,
        _ => Shell.Components.Tone.Good,
    };

    public static string Word(DecisionRow row) => row.Verdict switch
    {
        "switch" => $"Switched to {row.To}",
        "deferred" => $"Waiting for a tool call, then {row.To}",
        "blocked" => "No account can be used",
        _ => "Stays",
    };

    /// <summary>An account's figures: <c>7d 68 %, 5h 62 % rising 0.4 pt/min</c>.</summary>
    public static string Figures(FigureCell? cell) => cell is null
        ? Numbers.Unknown
        : $"7d {Share(cell.SevenDay)}{Rising(cell.SevenDayPerMinute)}, 5h {Share(cell.FiveHour)}{Rising(cell.FiveHourPerMinute)}{(cell.IsOld ? ", old" : "")}";

    public static string Share(double? percent) => percent is { } known ? $"{known.ToString("0.#", CultureInfo.InvariantCulture)}\u00A0%" : "unknown";

    public static string Rising(double? perMinute) =>
        perMinute is > 0.005 ? $" rising {perMinute.Value.ToString("0.0#", CultureInfo.InvariantCulture)}\u00A0pt/min" : "";
}
