using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>What a model was used for in a turn that its report does not carry: local totals only.</summary>
internal sealed record LocalUsage
{
    /// <summary>The turn's index among its session's.</summary>
    public required int TurnIndex { get; init; }

    public required string Model { get; init; }

    /// <summary>What the model used as an advisor of another; null for none. The turn's report does not have it.</summary>
    public ModelUsage? Advisor { get; init; }

    /// <summary>The part of its usage, as an advisor too, that was answered in the US region; null for none.</summary>
    public ModelUsage? InUs { get; init; }

    public long WebSearches { get; init; }
}

/// <summary>Sums of <see cref="LocalUsage"/> in one turn. As with <see cref="ModelSum"/>, a message can be taken out again.</summary>
internal sealed class LocalSums
{
    private readonly Dictionary<string, Sums> _models = new(StringComparer.Ordinal);

    private sealed class Sums
    {
        public ModelSum Advisor { get; } = new();

        public ModelSum InUs { get; } = new();

        public long WebSearches { get; set; }
    }

    /// <summary><paramref name="sign"/>: 1 to add, -1 to take out.</summary>
    public void Change(string model, in MessageUsage usage, int sign)
    {
        var sums = Of(model);
        sums.WebSearches += sign * usage.WebSearches;
        if (usage.InUs)
        {
            sums.InUs.Change(usage, sign);
        }

        foreach (var advisor in usage.Advisors ?? [])
        {
            var ofAdvisor = Of(advisor.Model!);
            ofAdvisor.Advisor.Change(advisor, sign);
            if (usage.InUs)
            {
                ofAdvisor.InUs.Change(advisor, sign);
            }
        }
    }

    public IEnumerable<LocalUsage> Of(int turn) => _models
        .Where(pair => pair.Value is var sums && (sums.Advisor.Messages > 0 || sums.InUs.Messages > 0 || sums.WebSearches > 0))
        .Select(pair => new LocalUsage
        {
            TurnIndex = turn,
            Model = pair.Key,
            Advisor = pair.Value.Advisor.Messages > 0 ? pair.Value.Advisor.ToReport() : null,
            InUs = pair.Value.InUs.Messages > 0 ? pair.Value.InUs.ToReport() : null,
            WebSearches = pair.Value.WebSearches,
        });

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
