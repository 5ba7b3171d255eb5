using System.Runtime.InteropServices;
using Ccflux.Receiver.Platform.Calendar;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>The grain of the sums over time. A slot is a quarter of an hour, counted since 1970-01-01 (UTC). An hour's slot is its first quarter.</summary>
/// <param name="IsQuarter">Slots of a quarter: for time zones with offsets that are not whole hours.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SlotGrain(bool IsQuarter)
{
    public const int SlotsPerHour = 4;

    /// <summary>A quarter of an hour, in milliseconds.</summary>
    public const long Quarter = UnixTime.Hour / SlotsPerHour;

    public static SlotGrain Of(OrganisationCalendar calendar) => new(calendar.NeedsQuarters);

    /// <summary>In milliseconds.</summary>
    public long Length => IsQuarter ? Quarter : UnixTime.Hour;

    /// <param name="at">Epoch milliseconds, not before 1970.</param>
    public long SlotOf(long at) => IsQuarter ? at / Quarter : at / UnixTime.Hour * SlotsPerHour;

    /// <summary>When a slot starts, in epoch milliseconds.</summary>
    public static long StartOf(long slot) => slot * Quarter;
}
