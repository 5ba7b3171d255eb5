using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>A list-price value in words: by which list, and a lower bound where a model has no price.</summary>
internal static class CostText
{
    /// <summary>What it is called wherever it stands.</summary>
    public const string Label = "List-price value";

    /// <summary>What always stands with it.</summary>
    public const string NoInvoice = "not your invoice";

    public const string Hint = "What these tokens would cost at the list prices of the API. It is not your invoice: seats are billed otherwise.";

    public static string Of(Cost cost) => (cost is { Usd: not null, HasUnpriced: true } ? "≥\u00A0" : "") + Numbers.Money(cost.Usd);

    public static string Title(Cost cost) => cost switch
    {
        { Unpriced: [] } => "not worked out here: too many events",
        { Usd: null } => $"no price known for {Names(cost)}",
        { HasUnpriced: true } => $"{Numbers.ExactMoney(cost.Usd)} at list prices, without {Names(cost)}: no price known",
        _ => $"{Numbers.ExactMoney(cost.Usd)} at list prices",
    };

    /// <summary>The models without a price, by name; empty where all have one.</summary>
    public static string Names(Cost cost) => cost.Unpriced switch
    {
        null => "",
        { Count: Cost.MaxUnpriced } all => string.Join(", ", all) + " and perhaps more",
        var all => string.Join(", ", all),
    };

    /// <summary>How old the prices are, or whose.</summary>
    public static string ListOf(PriceListRef list) => list switch
    {
        { IsOwn: false, Updated: { } day } => $"list of {Times.Days(day, day)}",
        { Updated: { } day } => $"your own price list of {Times.Days(day, day)}",
        _ => "your own price list",
    };

    /// <summary>What stands below the figure of a card.</summary>
    public static string Note(Cost cost, PriceListRef list) =>
        $"{NoInvoice} · {ListOf(list)}" + (cost.Unpriced is { Count: > 0 } ? $" · without {Names(cost)}" : "");
}
