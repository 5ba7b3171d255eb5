using Ccflux.Contracts.Pricing;

namespace Ccflux.Hook.Commands;

/// <summary>Of which day the list is that costs come from, and how many days ago that was.</summary>
internal sealed record PriceListAge(DateOnly Updated, int Days)
{
    public static PriceListAge At(TimeProvider time)
    {
        var updated = PriceList.BuiltIn.Updated!.Value;
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return new PriceListAge(updated, Math.Max(0, today.DayNumber - updated.DayNumber));
    }
}
