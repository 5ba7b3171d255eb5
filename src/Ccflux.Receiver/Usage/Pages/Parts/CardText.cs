using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages.Parts;

/// <summary>Texts of the cards next to their figures.</summary>
internal static class CardText
{
    public const string CacheHitHint =
        "Cache reads as a share of everything read (input + cache reads + cache writes). Above 70 %: people work in long sessions and prompt caching takes effect. "
        + "Low: many cold starts or short prompts.";

    public static IReadOnlyList<double?> Course(CountCard card) => [.. card.Daily.Select(value => (double?)value)];

    public static IReadOnlyList<double?> Course(CostCard card) => [.. card.Daily.Select(value => (double?)value)];

    /// <summary>The rate's digits; the unit is shown separately and smaller.</summary>
    public static string RateNumber(double? rate) => rate is null ? Numbers.Unknown : Numbers.Rate(rate)[..^2];

    /// <summary>The figures behind a change: both of them, and until when the earlier one counts.</summary>
    public static string Periods(CountCard card, DateTimeOffset? until) => Periods(Numbers.Exact(card.Period), Numbers.Exact(card.Prior), until);

    public static string Periods(CostCard card, DateTimeOffset? until) => Periods(CostText.Of(card.Period), CostText.Of(card.Prior), until);

    public static string NoPrior(bool priorIsWhole) => priorIsWhole ? "nothing to compare with" : "no prior period yet";

    public static string AllTime(string figure) => $"all time {figure}";

    private static string Periods(string period, string prior, DateTimeOffset? until) => until is { } end
        ? $"{period} so far, {prior} in the same part of the prior period, until {Times.Exact(end)}"
        : $"{period} in the period, {prior} in the prior one";
}
