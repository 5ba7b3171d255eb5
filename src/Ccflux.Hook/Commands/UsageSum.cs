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

    /// <summary>Requests, by the name that the API has for their answers.</summary>
    public long Messages { get; private set; }

    public long WebSearches { get; private set; }

    public decimal CostUsd { get; private set; }

    /// <summary>Some message never got its final figures, so the output may be too low.</summary>
    public bool Partial { get; private set; }

    /// <summary>Some of it has no price and is not included in <see cref="CostUsd"/>.</summary>
    public bool Unpriced { get; private set; }

    /// <summary>Adds a request without its cost.</summary>
    public void Add(in MessageUsage usage)
    {
        InputTokens += usage.Input;
        OutputTokens += usage.Output;
        CacheReadTokens += usage.CacheRead;
        CacheWriteTokens += usage.CacheWrite;
        CacheWrite1hTokens += usage.CacheWrite1h;
        Messages++;
        WebSearches += usage.WebSearches;
        Partial |= usage.Partial;
    }

    /// <summary>Computes the cost of requests of one model, day (UTC) and kind.</summary>
    public void Price(string model, DateOnly day, PriceKind kind)
    {
        var terms = new PriceTerms(kind.HasFlag(PriceKind.InUs) ? PriceTerms.Us : null, kind.HasFlag(PriceKind.Batch));
        if (PriceList.BuiltIn.Find(model, day, terms) is not { } price)
        {
            Unpriced = true;
            return;
        }

        var all = new TokenCounts
        {
            InputTokens = InputTokens,
            OutputTokens = OutputTokens,
            CacheReadTokens = CacheReadTokens,
            CacheWriteTokens = CacheWriteTokens,
            CacheWrite1hTokens = CacheWrite1hTokens,
        };
        CostUsd = (WebSearches * PriceList.BuiltIn.WebSearchUsd) + PriceList.Cost(
            price, all, kind.HasFlag(PriceKind.Over100k) ? all : null, kind.HasFlag(PriceKind.Over200k) ? all : null, kind.HasFlag(PriceKind.Fast) ? all : null);
    }

    public void Add(UsageSum other)
    {
        InputTokens += other.InputTokens;
        OutputTokens += other.OutputTokens;
        CacheReadTokens += other.CacheReadTokens;
        CacheWriteTokens += other.CacheWriteTokens;
        CacheWrite1hTokens += other.CacheWrite1hTokens;
        Messages += other.Messages;
        WebSearches += other.WebSearches;
        CostUsd += other.CostUsd;
        Partial |= other.Partial;
        Unpriced |= other.Unpriced;
    }
}

/// <summary>What decides the price of a request besides its model and its day.</summary>
[Flags]
internal enum PriceKind : byte
{
    None = 0,

    /// <summary>The prompt has more than 100 000 tokens.</summary>
    Over100k = 1,

    /// <summary>The prompt has more than 200 000 tokens.</summary>
    Over200k = 2,
    Fast = 4,
    InUs = 8,
    Batch = 16,
}
