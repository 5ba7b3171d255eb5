using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Shell.Components;

/// <summary>The units of charts. The pages' script formats the axis in the same way.</summary>
internal static class ChartUnit
{
    public const string Tokens = "tokens";

    /// <summary>Millionths of a US dollar.</summary>
    public const string MicroDollars = "micro-usd";

    /// <summary>Zero means that nothing was measured.</summary>
    public const string Milliseconds = "ms";

    /// <summary>Milliseconds that can be summed, shown in seconds or larger units: a chart's parts are not rounded before their sum.</summary>
    public const string Seconds = "s";

    /// <summary>Hundredths of a multiple.</summary>
    public const string Multiple = "x100";

    /// <summary>True if figures over time cannot be summed.</summary>
    public static bool IsRate(string unit) => unit is Milliseconds or Multiple;

    public static string Text(string unit, long value) => unit switch
    {
        MicroDollars => Numbers.Money(value / 1_000_000m),
        Milliseconds => value == 0 ? Numbers.Unknown : Durations.Milliseconds(value),
        Seconds => Durations.Seconds(value / 1000.0),
        Multiple => Numbers.Multiple(value / 100.0),
        _ => Numbers.Compact(value),
    };

    public static string Exact(string unit, long value) => unit switch
    {
        MicroDollars => Numbers.ExactMoney(value / 1_000_000m),
        Milliseconds => $"{Numbers.Exact(value)} ms",
        Seconds => string.Create(CultureInfo.InvariantCulture, $"{value / 1000m:0.###} s"),
        Multiple => Numbers.Multiple(value / 100.0),
        _ => Numbers.Exact(value),
    };
}
