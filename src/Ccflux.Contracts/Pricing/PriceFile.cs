namespace Ccflux.Contracts.Pricing;

/// <summary>USD per million tokens.</summary>
public record Rates
{
    public required decimal Input { get; init; }

    [JsonPropertyName("cache_write_5m")]
    public required decimal CacheWrite5m { get; init; }

    [JsonPropertyName("cache_write_1h")]
    public required decimal CacheWrite1h { get; init; }

    public required decimal CacheRead { get; init; }

    public required decimal Output { get; init; }

    internal Rates Times(decimal factor) => this with
    {
        Input = Input * factor,
        CacheWrite5m = CacheWrite5m * factor,
        CacheWrite1h = CacheWrite1h * factor,
        CacheRead = CacheRead * factor,
        Output = Output * factor,
    };
}

/// <summary>A model's rates, starting on a day.</summary>
public sealed record ModelPrice : Rates
{
    /// <summary>First day (UTC) on which the rates apply; omitted if they apply from the model's first day.</summary>
    public DateOnly From { get; init; }

    [JsonPropertyName("over_100k")]
    public Rates? Over100k { get; init; }

    [JsonPropertyName("over_200k")]
    public Rates? Over200k { get; init; }

    public Rates? Fast { get; init; }

    /// <summary>Factors for all of the rates by region: see <see cref="PriceTerms.Region"/>. In a region that is not listed the rates apply unchanged.</summary>
    public IReadOnlyDictionary<string, decimal>? Regions { get; init; }

    /// <summary>All of the rates, including those for large prompts and for speed, times a factor.</summary>
    internal new ModelPrice Times(decimal factor) => (ModelPrice)base.Times(factor) with
    {
        Over100k = Over100k?.Times(factor),
        Over200k = Over200k?.Times(factor),
        Fast = Fast?.Times(factor),
    };
}

/// <summary>A part that may be removed from a model's name to find the name under which it is listed.</summary>
public sealed record NameRule
{
    /// <summary>The part to remove. <c>#</c> stands for a digit; in a prefix <c>*</c> stands for everything before the next slash.</summary>
    public required string Text { get; init; }

    /// <summary>The rule applies to names that contain this text; omitted: to all names.</summary>
    public string? In { get; init; }

    /// <summary>The region that a name with this prefix implies.</summary>
    public string? Region { get; init; }
}

/// <summary>Maps the names that clouds and gateways give to models to the listed names.</summary>
public sealed record NameRules
{
    public IReadOnlyList<NameRule>? Prefixes { get; init; }

    public IReadOnlyList<NameRule>? Suffixes { get; init; }

    /// <summary>Other names of listed models.</summary>
    public IReadOnlyDictionary<string, string>? Aliases { get; init; }
}

/// <summary>The shape of <c>prices.json</c>, and of the file named by <c>PRICES_PATH</c>. Only <see cref="Models"/> is required.</summary>
public sealed record PriceFile
{
    public DateOnly? Updated { get; init; }

    public string? Note { get; init; }

    /// <summary>Factor for rates in a batch.</summary>
    public decimal? Batch { get; init; }

    /// <summary>USD for one web search.</summary>
    public decimal? WebSearch { get; init; }

    /// <summary>Omitted: the rules that ship with this version.</summary>
    public NameRules? Names { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyList<ModelPrice>> Models { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 8)]
[JsonSerializable(typeof(PriceFile))]
internal sealed partial class PriceJson : JsonSerializerContext;
