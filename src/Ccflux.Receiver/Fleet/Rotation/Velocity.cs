using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>A reading of one window.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Sample(DateTimeOffset At, double UsedPercent);

/// <summary>Calculates how fast a window fills, from its readings. Pure.</summary>
internal static class Velocity
{
    /// <summary>Readings come every three minutes: this is three of them.</summary>
    public static readonly TimeSpan FiveHourSpan = TimeSpan.FromMinutes(9);

    /// <summary>A week's window takes many minutes to move by one percent, and readings are whole percents.</summary>
    public static readonly TimeSpan SevenDaySpan = TimeSpan.FromMinutes(30);

    /// <summary>What the rounding to whole percents can hide.</summary>
    private const double Rounding = 1;

    /// <param name="samples">Of one window, oldest first. Those before its last reset do not matter.</param>
    /// <param name="span">How far to look back.</param>
    /// <returns>Percent per minute: the mean of the span, or of the last step if that was certainly faster.</returns>
    public static double PerMinute(ReadOnlySpan<Sample> samples, TimeSpan span)
    {
        if (samples.Length < 2)
        {
            return 0;
        }

        var newest = samples[^1];
        var oldest = samples.Length - 2;
        if (samples[oldest].UsedPercent > newest.UsedPercent)
        {
            return 0;
        }

        var last = Speed(samples[oldest], newest, Rounding);
        while (oldest > 0 && newest.At - samples[oldest - 1].At <= span && samples[oldest - 1].UsedPercent <= samples[oldest].UsedPercent)
        {
            oldest--;
        }

        return Math.Max(last, Speed(samples[oldest], newest, 0));
    }

    private static double Speed(Sample from, Sample to, double rounding)
    {
        var minutes = (to.At - from.At).TotalMinutes;
        return minutes <= 0 ? 0 : Math.Max(0, (to.UsedPercent - from.UsedPercent - rounding) / minutes);
    }
}
