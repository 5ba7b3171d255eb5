using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Shell.Components;

/// <summary>What a chart's figures are. The script of the pages writes the same on its axis.</summary>
internal static class ChartUnit
{
    public const string Tokens = "tokens";

    /// <summary>Millionths of a US dollar.</summary>
    public const string MicroDollars = "micro-usd";

    /// <summary>Zero stands for nothing measured.</summary>
    public const string Milliseconds = "ms";

    public const string Seconds = "s";

    public static string Text(string unit, long value) => unit switch
    {
        MicroDollars => Numbers.Money(value / 1_000_000m),
        Milliseconds => value == 0 ? Numbers.Unknown : Durations.Milliseconds(value),
        Seconds => Durations.Seconds(value),
        _ => Numbers.Compact(value),
    };

    public static string Exact(string unit, long value) => unit switch
    {
        MicroDollars => Numbers.ExactMoney(value / 1_000_000m),
        Milliseconds => $"{Numbers.Exact(value)} ms",
        Seconds => $"{Numbers.Exact(value)} s",
        _ => Numbers.Exact(value),
    };
}
