using Ccflux.Contracts.Pricing;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>A model's usage in a turn that the turn's report does not contain: for local totals only.</summary>
internal sealed record LocalUsage
{
    /// <summary>The turn's index within its session.</summary>
    public required int TurnIndex { get; init; }

    public required string Model { get; init; }

    /// <summary>The model's usage as an advisor of another model; null if there is none. The turn's report does not contain it.</summary>
    public ModelUsage? Advisor { get; init; }

    /// <summary>The parts of its usage, also as an advisor, that were answered on different terms; no two of them share tokens.</summary>
    public IReadOnlyList<(PriceTerms Terms, ModelUsage Usage)> OnTerms { get; init; } = [];

    public long WebSearches { get; init; }
}

/// <summary>Sums of <see cref="LocalUsage"/> in one turn. As with <see cref="ModelSum"/>, a message can be removed again.</summary>
internal sealed class LocalSums
{
    private readonly Dictionary<string, Sums> _models = new(StringComparer.Ordinal);

    private sealed class Sums
    {
        public ModelSum Advisor { get; } = new();

        public Dictionary<PriceTerms, ModelSum> OnTerms { get; } = [];

        public long WebSearches { get; set; }
    }

    /// <summary><paramref name="sign"/>: 1 to add, -1 to remove.</summary>
    public void Change(string model, in MessageUsage usage, int sign)
    {
        var terms = new PriceTerms(usage.InUs ? PriceTerms.Us : null, usage.Batch);
        var sums = Of(model);
        sums.WebSearches += sign * usage.WebSearches;
        Change(sums, terms, usage, sign);
        foreach (var advisor in usage.Advisors ?? [])
        {
            var ofAdvisor = Of(advisor.Model!);
            ofAdvisor.Advisor.Change(advisor, sign);
            Change(ofAdvisor, terms, advisor, sign);
        }
    }

    public IEnumerable<LocalUsage> Of(int turn)
    {
        foreach (var (model, sums) in _models)
        {
            var onTerms = sums.OnTerms.Where(pair => pair.Value.Messages > 0).Select(pair => (pair.Key, pair.Value.ToReport())).ToArray();
            if (sums.Advisor.Messages > 0 || onTerms.Length > 0 || sums.WebSearches > 0)
            {
                yield return new LocalUsage
                {
                    TurnIndex = turn,
                    Model = model,
                    Advisor = sums.Advisor.Messages > 0 ? sums.Advisor.ToReport() : null,
                    OnTerms = onTerms,
                    WebSearches = sums.WebSearches,
                };
            }
        }
    }

    private static void Change(Sums sums, PriceTerms terms, in MessageUsage usage, int sign)
    {
        if (terms == default)
        {
            return;
        }

        if (!sums.OnTerms.TryGetValue(terms, out var sum))
        {
            sums.OnTerms.Add(terms, sum = new ModelSum());
        }

        sum.Change(usage, sign);
    }

    private Sums Of(string model)
    {
        var name = _models.ContainsKey(model) || _models.Count < ReportLimits.MaxModels - 1 ? model : Turn.OtherModels;
        if (!_models.TryGetValue(name, out var sums))
        {
            _models.Add(name, sums = new Sums());
        }

        return sums;
    }
}
