using Ccflux.Contracts.Pricing;

namespace Ccflux.Hook.Commands;

/// <summary>The date of the price list that costs are calculated with, and its age in days.</summary>
internal sealed record PriceListAge(DateOnly Updated, int Days)
{
    public static PriceListAge At(TimeProvider time)
    {
        var updated = PriceList.BuiltIn.Updated!.Value;
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return new PriceListAge(updated, Math.Max(0, today.DayNumber - updated.DayNumber));
    }
}
