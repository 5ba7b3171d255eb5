namespace Ccflux.Receiver.Shell.Format;

/// <summary>Formats durations in a suitable unit: <c>340 ms</c>, <c>21.4 s</c>, <c>12.5 min</c>, <c>612.0 h</c>.</summary>
public static class Durations
{
    private const string NoBreakSpace = "\u00A0";

    public static string Milliseconds(double? value) => value switch
    {
        null => Numbers.Unknown,
        < 999.5 => $"{value.Value.ToString("0", CultureInfo.InvariantCulture)}{NoBreakSpace}ms",
        _ => Of(value.Value / 1000),
    };

    /// <summary>Whole seconds below a minute: sums are rounded here and not before.</summary>
    public static string Seconds(double? value) => value switch
    {
        null => Numbers.Unknown,
        < 59.5 => $"{Numbers.Exact((long)Math.Round(value.Value, MidpointRounding.AwayFromZero))}{NoBreakSpace}s",
        _ => Of(value.Value),
    };

    private static string Of(double seconds) =>
        seconds < 59.95 ? Text(seconds, "s") : seconds < 3597 ? Text(seconds / 60, "min") : Text(seconds / 3600, "h");

    private static string Text(double value, string unit) => $"{value.ToString("0.0", CultureInfo.InvariantCulture)}{NoBreakSpace}{unit}";
}
