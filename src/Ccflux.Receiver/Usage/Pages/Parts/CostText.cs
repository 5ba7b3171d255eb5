using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>A list-price value in words: from which list, and whether it is a lower bound because a model has no price.</summary>
internal static class CostText
{
    /// <summary>Its name wherever it is shown.</summary>
    public const string Label = "List-price value";

    /// <summary>The note that is always shown with it.</summary>
    public const string NoInvoice = "not your invoice";

    public const string Hint = "What these tokens would cost at the list prices of the API. It is not your invoice: seats are billed separately.";

    public static string Of(Cost cost) => (cost is { Usd: not null, HasUnpriced: true } ? "≥\u00A0" : "") + Numbers.Money(cost.Usd);

    public static string Title(Cost cost) => cost switch
    {
        { Unpriced: [] } => "not calculated here: too many events",
        { Usd: null } => $"no price known for {Names(cost)}",
        { HasUnpriced: true } => $"{Numbers.ExactMoney(cost.Usd)} at list prices, without {Names(cost)}: no price known",
        _ => $"{Numbers.ExactMoney(cost.Usd)} at list prices",
    };

    /// <summary>The models without a price, by name; empty if all have one.</summary>
    public static string Names(Cost cost) => cost.Unpriced switch
    {
        null => "",
        { Count: Cost.MaxUnpriced } all => string.Join(", ", all) + " and possibly more",
        var all => string.Join(", ", all),
    };

    /// <summary>The age or origin of the prices.</summary>
    public static string ListOf(PriceListRef list) => list switch
    {
        { IsOwn: false, Updated: { } day } => $"list of {Times.Days(day, day)}",
        { Updated: { } day } => $"your own price list of {Times.Days(day, day)}",
        _ => "your own price list",
    };

    /// <summary>The text below the figure of a card.</summary>
    public static string Note(Cost cost, PriceListRef list) =>
        $"{NoInvoice} · {ListOf(list)}" + (cost.Unpriced is { Count: > 0 } ? $" · without {Names(cost)}" : "");
}
