using System.Text.Json;
using Ccflux.Contracts.Usage;

namespace Ccflux.Contracts.Pricing;

/// <summary>What tokens cost: dated rates by exact model name, after which only <c>-YYYYMMDD</c> or <c>[1m]</c> may follow.</summary>
public sealed class PriceList
{
    private const decimal Million = 1_000_000m;

    private readonly Dictionary<string, ModelPrice[]> _models;

    private PriceList(PriceFile file)
    {
        _models = file.Models.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.OrderByDescending(price => price.From).ToArray(),
            StringComparer.Ordinal);
        Updated = file.Updated;
    }

    /// <summary>The prices that ship with this version.</summary>
    public static PriceList BuiltIn { get; } = LoadBuiltIn();

    public DateOnly? Updated { get; }

    /// <exception cref="JsonException">The text is not a price file; the message names the place.</exception>
    public static PriceList Parse(ReadOnlySpan<byte> json) =>
        new(JsonSerializer.Deserialize(json, PriceJson.Default.PriceFile) ?? throw new JsonException("The price file is empty."));

    /// <summary>The rates of a model on a day (UTC), or null where the model is unpriced then.</summary>
    public ModelPrice? Find(string model, DateOnly day)
    {
        if (!_models.TryGetValue(BaseName(model), out var prices))
        {
            return null;
        }

        return Array.Find(prices, price => price.From <= day);
    }

    /// <summary>USD, or null where the model is unpriced on that day. Web searches and compaction are not in transcripts and so not in here.</summary>
    public decimal? Cost(string model, DateOnly day, ModelUsage usage)
    {
        if (Find(model, day) is not { } price)
        {
            return null;
        }

        var all = new TokenCounts
        {
            InputTokens = usage.InputTokens,
            OutputTokens = usage.OutputTokens,
            CacheReadTokens = usage.CacheReadTokens,
            CacheWriteTokens = usage.CacheWriteTokens,
            CacheWrite1hTokens = usage.CacheWrite1hTokens,
        };
        return Cost(price, all, usage.Over100k, usage.Over200k, usage.Fast);
    }

    /// <summary>USD of sums: the subsets' tokens are charged at their own rates, where the model has such, instead of the base rates.
    /// No model has both fast rates and size tiers today; one that had would be charged the difference of each.</summary>
    public static decimal Cost(ModelPrice price, TokenCounts all, TokenCounts? over100k, TokenCounts? over200k, TokenCounts? fast)
    {
        var cost = Charge(price, all);
        Rates below = price;
        if (price.Over100k is { } tier100 && over100k is not null)
        {
            cost += Charge(tier100, over100k) - Charge(below, over100k);
            below = tier100;
        }

        if (price.Over200k is { } tier200 && over200k is not null)
        {
            cost += Charge(tier200, over200k) - Charge(below, over200k);
        }

        if (price.Fast is { } fastRates && fast is not null)
        {
            cost += Charge(fastRates, fast) - Charge(price, fast);
        }

        return cost / Million;
    }

    /// <summary>The name prices are listed under: <c>claude-opus-4-8[1m]</c> and <c>claude-opus-4-8-20260101</c> are both <c>claude-opus-4-8</c>.</summary>
    public static string BaseName(string model)
    {
        var name = model.EndsWith("[1m]", StringComparison.Ordinal) ? model.AsSpan(0, model.Length - 4) : model.AsSpan();
        if (name.Length > 9 && name[^9] == '-' && !name[^8..].ContainsAnyExceptInRange('0', '9'))
        {
            name = name[..^9];
        }

        return name.Length == model.Length ? model : name.ToString();
    }

    private static decimal Charge(Rates rates, TokenCounts tokens) =>
        (tokens.InputTokens * rates.Input)
        + (tokens.OutputTokens * rates.Output)
        + (tokens.CacheReadTokens * rates.CacheRead)
        + ((tokens.CacheWriteTokens - tokens.CacheWrite1hTokens) * rates.CacheWrite5m)
        + (tokens.CacheWrite1hTokens * rates.CacheWrite1h);

    private static PriceList LoadBuiltIn()
    {
        using var stream = typeof(PriceList).Assembly.GetManifestResourceStream("Ccflux.Contracts.Pricing.prices.json")!;
        var json = new byte[stream.Length];
        stream.ReadExactly(json);
        return Parse(json);
    }
}
