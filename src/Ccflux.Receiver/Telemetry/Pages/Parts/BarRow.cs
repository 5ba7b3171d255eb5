namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>A line of a bar list.</summary>
/// <param name="Value">The length of the bar, and the machine-readable value.</param>
/// <param name="Colour">Number of a series token, 0 for grey.</param>
/// <param name="Href">The link of the name; null if there is none.</param>
public sealed record BarRow(string Name, double Value, string Text, string Exact, string Side, int Colour, string? Href = null);
