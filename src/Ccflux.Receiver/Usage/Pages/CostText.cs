using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages;

/// <summary>A cost in words: list prices, and a lower bound where a model has no price.</summary>
internal static class CostText
{
    public static string Of(Cost cost) => (cost is { Usd: not null, HasUnpriced: true } ? "≥\u00A0" : "") + Numbers.Money(cost.Usd);

    public static string Title(Cost cost) => cost switch
    {
        { Usd: null } => "no price known",
        { HasUnpriced: true } => $"{Numbers.ExactMoney(cost.Usd)}, without the models that have no price",
        _ => $"{Numbers.ExactMoney(cost.Usd)} at list prices",
    };
}
