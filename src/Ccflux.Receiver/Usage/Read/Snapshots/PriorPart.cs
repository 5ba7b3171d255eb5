using System.Runtime.InteropServices;
using Ccflux.Receiver.Usage.Read.Days;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>What of the period of equal length before is held against a period: as much of it as has passed of the period. Of a period that has
/// ended, all of it.</summary>
/// <param name="From">Its first day.</param>
/// <param name="Day">The day that counts in part; days before it count whole, days after it do not.</param>
/// <param name="Until">Epoch milliseconds at which the part ends: a whole minute.</param>
/// <param name="IsWhole">The period has ended.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PriorPart(int From, int Day, long Until, bool IsWhole)
{
    /// <summary>True where <see cref="Day"/> counts until some time of the day.</summary>
    public bool HasPartOfDay => Until > UtcDay.Start(Day);

    private const long Minute = 60_000;

    /// <param name="from">First day of the period.</param>
    /// <param name="to">Its last day.</param>
    /// <param name="now">Splits it into what has passed and what is to come.</param>
    public static PriorPart Of(int from, int to, DateTimeOffset now)
    {
        var length = to - from + 1;
        var passed = Math.Clamp(now.ToUnixTimeMilliseconds() - UtcDay.Start(from), 0, UtcDay.Start(length)) / Minute * Minute;
        var until = UtcDay.Start(from - length) + passed;
        return new PriorPart(from - length, (int)(until / UtcDay.Length), until, passed == UtcDay.Start(length));
    }
}
