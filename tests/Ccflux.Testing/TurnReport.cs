using Ccflux.Contracts.Pricing;
using Ccflux.Contracts.Usage;

namespace Ccflux.Testing;

/// <summary>What a test says of a turn: <see cref="A"/> makes turns, and reports of them.</summary>
public sealed record TurnReport
{
    public required string SessionId { get; init; }

    /// <summary>Place in the session, from 0.</summary>
    public required int TurnIndex { get; init; }

    public required DateTimeOffset StartedUtc { get; init; }

    public required DateTimeOffset EndedUtc { get; init; }

    public DateTimeOffset? SessionStartUtc { get; init; }

    public string? Entrypoint { get; init; }

    /// <summary>One of <see cref="TurnOutcome"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Usage by model name.</summary>
    public IReadOnlyDictionary<string, ModelUsage> Models { get; init; } = new Dictionary<string, ModelUsage>(StringComparer.Ordinal);

    public IReadOnlyList<LimitEvent>? LimitEvents { get; init; }
}

/// <summary>A limit that a turn hit.</summary>
public sealed record LimitEvent
{
    public required DateTimeOffset AtUtc { get; init; }

    public string? Window { get; init; }

    public DateTimeOffset? ResetsAtUtc { get; init; }

    /// <summary>It ended the turn.</summary>
    public bool Final { get; init; }
}

/// <summary>What a turn used of one model.</summary>
public sealed record ModelUsage
{
    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CacheReadTokens { get; init; }

    public long CacheWriteTokens { get; init; }

    /// <summary>The part of the cache writes that has the one-hour lifetime.</summary>
    public long CacheWrite1hTokens { get; init; }

    public int Messages { get; init; }

    /// <summary>The part of requests with a prompt of more than 100 000 tokens.</summary>
    public TokenCounts? Over100k { get; init; }

    /// <summary>The part of requests with a prompt of more than 200 000 tokens.</summary>
    public TokenCounts? Over200k { get; init; }

    public TokenCounts? Fast { get; init; }
}

public static class PriceListExtensions
{
    /// <summary>USD, or null if the model has no price on that day. Without web searches.</summary>
    public static decimal? Cost(this PriceList list, string model, DateOnly day, ModelUsage usage, PriceTerms terms = default)
    {
        var all = new TokenCounts
        {
            InputTokens = usage.InputTokens,
            OutputTokens = usage.OutputTokens,
            CacheReadTokens = usage.CacheReadTokens,
            CacheWriteTokens = usage.CacheWriteTokens,
            CacheWrite1hTokens = usage.CacheWrite1hTokens,
        };
        return list.Find(model, day, terms) is { } price ? PriceList.Cost(price, all, usage.Over100k, usage.Over200k, usage.Fast) : null;
    }
}
