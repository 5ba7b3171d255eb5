using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

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

    /// <summary>What a change is of: both figures, and until when the earlier one counts.</summary>
    public static string Periods(CountCard card, DateTimeOffset? until) => Periods(Numbers.Exact(card.Period), Numbers.Exact(card.Prior), until);

    public static string Periods(CostCard card, DateTimeOffset? until) => Periods(CostText.Of(card.Period), CostText.Of(card.Prior), until);

    public static string NoPrior(bool priorIsWhole) => priorIsWhole ? "nothing before to compare" : "no prior period yet";

    public static string AllTime(string figure) => $"all time {figure}";

    private static string Periods(string period, string prior, DateTimeOffset? until) => until is { } end
        ? $"{period} so far, {prior} in the same part of the period before, until {Times.Exact(end)}"
        : $"{period} in the period, {prior} in the one before";
}
