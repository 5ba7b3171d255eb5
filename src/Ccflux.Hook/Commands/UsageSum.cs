using Ccflux.Contracts.Pricing;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Commands;

/// <summary>A line of <c>ccflux usage</c>.</summary>
internal sealed class UsageSum
{
    public long InputTokens { get; private set; }

    public long OutputTokens { get; private set; }

    public long CacheReadTokens { get; private set; }

    public long CacheWriteTokens { get; private set; }

    public long CacheWrite1hTokens { get; private set; }

    public long Messages { get; private set; }

    public decimal CostUsd { get; private set; }

    /// <summary>Some message never got its final figures, so the output may be too low.</summary>
    public bool Partial { get; private set; }

    /// <summary>Some of it has no price and is not included in <see cref="CostUsd"/>.</summary>
    public bool Unpriced { get; private set; }

    /// <param name="day">The day (UTC) whose prices apply.</param>
    public void Add(string model, DateOnly day, ModelUsage usage)
    {
        InputTokens += usage.InputTokens;
        OutputTokens += usage.OutputTokens;
        CacheReadTokens += usage.CacheReadTokens;
        CacheWriteTokens += usage.CacheWriteTokens;
        CacheWrite1hTokens += usage.CacheWrite1hTokens;
        Messages += usage.Messages;
        Partial |= usage.Partial;
        var cost = PriceList.BuiltIn.Cost(model, day, usage);
        CostUsd += cost ?? 0;
        Unpriced |= cost is null;
    }

    /// <summary>Adds what a report leaves out: an advisor's tokens, the effect of other terms on the tokens' cost, and web searches.</summary>
    public void Add(DateOnly day, LocalUsage local)
    {
        if (local.Advisor is { } advisor)
        {
            Add(local.Model, day, advisor);
        }

        foreach (var (terms, usage) in local.OnTerms)
        {
            CostUsd += (PriceList.BuiltIn.Cost(local.Model, day, usage, terms) - PriceList.BuiltIn.Cost(local.Model, day, usage)) ?? 0;
        }

        if (PriceList.BuiltIn.Find(local.Model, day) is not null)
        {
            CostUsd += local.WebSearches * PriceList.BuiltIn.WebSearchUsd;
        }
    }

    public void Add(UsageSum other)
    {
        InputTokens += other.InputTokens;
        OutputTokens += other.OutputTokens;
        CacheReadTokens += other.CacheReadTokens;
        CacheWriteTokens += other.CacheWriteTokens;
        CacheWrite1hTokens += other.CacheWrite1hTokens;
        Messages += other.Messages;
        CostUsd += other.CostUsd;
        Partial |= other.Partial;
        Unpriced |= other.Unpriced;
    }
}
