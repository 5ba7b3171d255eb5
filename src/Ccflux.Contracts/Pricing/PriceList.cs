using System.Text.Json;
using Ccflux.Contracts.Usage;

namespace Ccflux.Contracts.Pricing;

/// <summary>Prices of tokens: dated rates by model. A model is found by its listed name, or by a name that <see cref="NameRules"/> map to it.</summary>
public sealed class PriceList
{
    private const decimal Million = 1_000_000m;

    private readonly Dictionary<string, Row[]>.AlternateLookup<ReadOnlySpan<char>> _models;
    private readonly ModelNames _names;
    private readonly decimal _batch;

    private PriceList(PriceFile file)
    {
        _models = file.Models.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.OrderByDescending(price => price.From).Select(price => new Row(price)).ToArray(),
            StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _names = file.Names is null ? BuiltIn._names : new ModelNames(file.Names);
        _batch = file.Batch ?? 1;
        WebSearchUsd = file.WebSearch ?? 0;
        Updated = file.Updated;
    }

    /// <summary>The prices that ship with this version.</summary>
    public static PriceList BuiltIn { get; } = LoadBuiltIn();

    /// <summary>The day on which the list was last compared with the vendor's prices.</summary>
    public DateOnly? Updated { get; }

    /// <summary>USD for one web search.</summary>
    public decimal WebSearchUsd { get; }

    /// <exception cref="JsonException">The text is not a price file; the message names the position.</exception>
    public static PriceList Parse(ReadOnlySpan<byte> json) =>
        new(JsonSerializer.Deserialize(json, PriceJson.Default.PriceFile) ?? throw new JsonException("The price file is empty."));

    /// <summary>The rates of a model on a day (UTC), or null if the model has no price then. A region implied by the name takes precedence over that of
    /// <paramref name="terms"/>.</summary>
    public ModelPrice? Find(string model, DateOnly day, PriceTerms terms = default)
    {
        if (!_names.TryFind(model, _models, out var rows, out var region))
        {
            return null;
        }

        foreach (var row in rows)
        {
            if (row.From <= day)
            {
                var price = row.In(region ?? terms.Region);
                return terms.Batch ? price.Times(_batch) : price;
            }
        }

        return null;
    }

    /// <summary>USD for sums: the subsets' tokens are charged at their own rates, if the model has such rates, instead of the base rates. Tokens that are both
    /// fast and large are charged both differences: sums do not show how many these are, and only one model ever had both (Opus 4.6, until 2026-03-12).</summary>
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

    /// <summary>A model's rates, starting on a day, prepared for each region.</summary>
    private sealed class Row(ModelPrice price)
    {
        private readonly Dictionary<string, ModelPrice>? _regions =
            price.Regions?.ToDictionary(pair => pair.Key, pair => price.Times(pair.Value), StringComparer.Ordinal);

        public DateOnly From => price.From;

        public ModelPrice In(string? region) => region is not null && _regions is not null && _regions.TryGetValue(region, out var there) ? there : price;
    }
}
