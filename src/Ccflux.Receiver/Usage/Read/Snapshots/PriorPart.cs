using System.Runtime.InteropServices;
using Ccflux.Receiver.Usage.Read.Days;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>The part of the preceding period of equal length with which a period is compared: up to the point that the period has reached, or all
/// of it once the period has ended.</summary>
/// <param name="From">Its first day.</param>
/// <param name="Day">The day that counts in part; days before it count fully, days after it do not count.</param>
/// <param name="Until">Epoch milliseconds at which the part ends: a whole minute.</param>
/// <param name="IsWhole">True if the period has ended.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PriorPart(int From, int Day, long Until, bool IsWhole)
{
    /// <summary>True if a part of <see cref="Day"/> counts.</summary>
    public bool HasPartOfDay => Until > UtcDay.Start(Day);

    private const long Minute = 60_000;

    /// <param name="from">First day of the period.</param>
    /// <param name="to">Its last day.</param>
    /// <param name="now">Separates the part that has passed from the part to come.</param>
    public static PriorPart Of(int from, int to, DateTimeOffset now)
    {
        var length = to - from + 1;
        var passed = Math.Clamp(now.ToUnixTimeMilliseconds() - UtcDay.Start(from), 0, UtcDay.Start(length)) / Minute * Minute;
        var until = UtcDay.Start(from - length) + passed;
        return new PriorPart(from - length, (int)(until / UnixTime.Day), until, passed == UtcDay.Start(length));
    }
}
