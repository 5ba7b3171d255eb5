using Ccflux.Contracts.Pricing;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Prices sums of requests of one model and price class.</summary>
internal sealed class ListPrice(PriceList prices, OrganisationCalendar calendar)
{
    /// <summary>USD, web searches included; null if the model has no price on that day.</summary>
    /// <param name="model">As the API names it.</param>
    /// <param name="date">The day (UTC): vendors change prices at its start.</param>
    /// <param name="priceClass">See <see cref="PriceClass"/>.</param>
    /// <param name="sums">Of requests of that class.</param>
    public decimal? Of(string model, DateOnly date, int priceClass, in RequestSums sums)
    {
        if (Find(model, date, priceClass) is not { } price)
        {
            return null;
        }

        var counts = new TokenCounts
        {
            InputTokens = sums.Input,
            OutputTokens = sums.Output,
            CacheReadTokens = sums.CacheRead,
            CacheWriteTokens = sums.CacheWrite,
            CacheWrite1hTokens = sums.CacheWrite1h,
        };
        return (sums.WebSearches * prices.WebSearchUsd) + PriceList.Cost(
            price,
            counts,
            PriceClass.IsOver100k(priceClass) ? counts : null,
            PriceClass.IsOver200k(priceClass) ? counts : null,
            PriceClass.TermsOf(priceClass).HasFlag(RequestFlags.Fast) ? counts : null);
    }

    /// <summary>Whether the price of a model is the same during a whole day of the organisation, which two days (UTC) may share.</summary>
    public bool IsSteady(string model, int day, int priceClass)
    {
        var (first, last) = Dates(day);
        return first == last || Find(model, first, priceClass) == Find(model, last, priceClass);
    }

    /// <summary>The day (UTC) in which a day of the organisation begins.</summary>
    public DateOnly DateOf(int day) => Dates(day).First;

    private (DateOnly First, DateOnly Last) Dates(int day) =>
        (UtcDate(calendar.StartOf(day)), UtcDate(calendar.StartOf(day + 1) - 1));

    /// <summary>The day (UTC) of an instant in epoch milliseconds.</summary>
    public static DateOnly UtcDate(long at) => DateOnly.FromDateTime(UnixTime.At(at).UtcDateTime);

    private ModelPrice? Find(string model, DateOnly date, int priceClass)
    {
        var terms = PriceClass.TermsOf(priceClass);
        return prices.Find(model, date, new PriceTerms(terms.HasFlag(RequestFlags.UnitedStates) ? PriceTerms.Us : null, terms.HasFlag(RequestFlags.Batch)));
    }
}
