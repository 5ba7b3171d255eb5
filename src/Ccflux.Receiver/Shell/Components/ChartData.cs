using System.Text.Json;

namespace Ccflux.Receiver.Shell.Components;

/// <summary>What a chart over days or hours is drawn from: the JSON that stands in the page beside the chart's table.</summary>
/// <param name="Days">UTC days, ISO, or hours such as 2026-11-20T14:00Z.</param>
/// <param name="Unfinished">True when the last day is today, so that its part is dashed.</param>
/// <param name="SumLabel">What the sum of the series is called.</param>
/// <param name="Unit">What the figures are, one of <see cref="ChartUnit"/>.</param>
/// <param name="Stacked">False where the series stand beside each other and have no sum.</param>
/// <param name="Prior">The same of the period before, hour by hour or day by day: a dotted line that no sum counts.</param>
/// <param name="KnownFrom">The place of the first day or hour of the whole history: what comes before it is a gap, not a zero.</param>
public sealed record ChartData(
    IReadOnlyList<string> Days, IReadOnlyList<ChartSeries> Series, bool Unfinished, string SumLabel, string Unit = ChartUnit.Tokens, bool Stacked = true,
    ChartSeries? Prior = null, int KnownFrom = 0)
{
    /// <summary>The default encoder escapes angle brackets and ampersands, so the text can stand in a script element.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ChartJson.Default.ChartData);
}

/// <param name="Colour">Number of a series token, 0 for grey.</param>
public sealed record ChartSeries(string Name, int Colour, IReadOnlyList<long> Values);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ChartData))]
internal sealed partial class ChartJson : JsonSerializerContext;
