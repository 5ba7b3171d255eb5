using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages;

/// <summary>What the cards say beside their figure.</summary>
internal static class CardText
{
    public const string CacheHitHint =
        "Cache reads as a share of all that was read (input + cache reads + cache writes). Above 70 %: people work in long sessions and prompt caching takes effect. "
        + "Low: many cold starts or short prompts.";

    public static IReadOnlyList<double?> Course(CountCard card) => [.. card.Daily.Select(value => (double?)value)];

    public static IReadOnlyList<double?> Course(CostCard card) => [.. card.Daily.Select(value => (double?)value)];

    /// <summary>The rate's digits; the unit stands apart, smaller.</summary>
    public static string RateNumber(double? rate) => rate is null ? Numbers.Unknown : Numbers.Rate(rate)[..^2];

    public static string Periods(CountCard card) => $"{Numbers.Exact(card.Period)} in the period, {Numbers.Exact(card.Prior)} in the one before";

    public static string CostPeriods(CostCard card) => $"{CostText.Of(card.Period)} in the period, {CostText.Of(card.Prior)} in the one before";

    public static string NoPrior(bool priorIsWhole) => priorIsWhole ? "" : "no prior period yet";
}
