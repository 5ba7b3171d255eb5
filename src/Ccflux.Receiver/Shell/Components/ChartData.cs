using System.Text.Json;

namespace Ccflux.Receiver.Shell.Components;

/// <summary>The data of a chart over days or hours: the JSON in the page next to the chart's table.</summary>
/// <param name="Days">UTC days, ISO, or hours such as 2026-11-20T14:00Z.</param>
/// <param name="Unfinished">True if the last day is today, so that its part is dashed.</param>
/// <param name="SumLabel">The label of the series' sum.</param>
/// <param name="Unit">The unit of the figures, one of <see cref="ChartUnit"/>.</param>
/// <param name="Stacked">False if the series are side by side and have no sum.</param>
/// <param name="Prior">The same for the prior period, hour by hour or day by day: a dotted line that is not part of any sum.</param>
/// <param name="KnownFrom">The index of the first day or hour of the whole history: what comes before it is a gap, not a zero.</param>
public sealed record ChartData(
    IReadOnlyList<string> Days, IReadOnlyList<ChartSeries> Series, bool Unfinished, string SumLabel, string Unit = ChartUnit.Tokens, bool Stacked = true,
    ChartSeries? Prior = null, int KnownFrom = 0)
{
    /// <summary>The default encoder escapes angle brackets and ampersands, so the text can be placed in a script element.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ChartJson.Default.ChartData);
}

/// <param name="Colour">Number of a series token, 0 for grey.</param>
public sealed record ChartSeries(string Name, int Colour, IReadOnlyList<long> Values);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ChartData))]
internal sealed partial class ChartJson : JsonSerializerContext;
