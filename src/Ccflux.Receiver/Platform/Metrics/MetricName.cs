using System.Diagnostics.Metrics;
using System.Text;

namespace Ccflux.Receiver.Platform.Metrics;

/// <summary>
/// Builds names in Prometheus' form: <c>ccflux.reports.accepted</c>, a counter, becomes <c>ccflux_reports_accepted_total</c>. A unit in braces
/// (<c>{report}</c>) is omitted; <c>s</c> and <c>By</c> are spelt out.
/// </summary>
internal static class MetricName
{
    public static string Of(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        name = instrument.Unit switch { "s" => Ending(name, "_seconds"), "By" => Ending(name, "_bytes"), _ => name };
        return KindOf(instrument) == MetricKind.Counter ? Ending(name, "_total") : name;
    }

    public static MetricKind KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>) ? MetricKind.Counter
            : definition == typeof(Histogram<>) ? MetricKind.Summary
            : MetricKind.Gauge;
    }

    /// <summary><c>reason="signature"</c>, joined by commas, sorted by name.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var sorted = tags.ToArray();
        Array.Sort(sorted, (left, right) => string.CompareOrdinal(left.Key, right.Key));
        var text = new StringBuilder();
        foreach (var tag in sorted)
        {
            var value = Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
            text.Append(text.Length > 0 ? "," : "").Append(tag.Key.Replace('.', '_')).Append("=\"")
                .Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
                .Append('"');
        }

        return text.ToString();
    }

    private static string Ending(string name, string ending) => name.EndsWith(ending, StringComparison.Ordinal) ? name : name + ending;
}

/// <summary>Prometheus' kinds; the text format uses their names in lower case.</summary>
internal enum MetricKind
{
    Counter = 1,
    Gauge = 2,
    Summary = 3,
}
