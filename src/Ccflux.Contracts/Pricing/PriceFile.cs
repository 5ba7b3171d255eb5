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

/// <summary>A model's rates from a day on.</summary>
public sealed record ModelPrice : Rates
{
    /// <summary>First day (UTC) the rates hold; left out where they hold from the model's first day on.</summary>
    public DateOnly From { get; init; }

    [JsonPropertyName("over_100k")]
    public Rates? Over100k { get; init; }

    [JsonPropertyName("over_200k")]
    public Rates? Over200k { get; init; }

    public Rates? Fast { get; init; }

    /// <summary>What all of the rates are multiplied by in a region: see <see cref="PriceTerms.Region"/>. In a region that is not here they are as they stand.</summary>
    public IReadOnlyDictionary<string, decimal>? Regions { get; init; }

    /// <summary>All of the rates, those of large prompts and of speed too, times a factor.</summary>
    internal new ModelPrice Times(decimal factor) => (ModelPrice)base.Times(factor) with
    {
        Over100k = Over100k?.Times(factor),
        Over200k = Over200k?.Times(factor),
        Fast = Fast?.Times(factor),
    };
}

/// <summary>Something that may be taken off a model's name to find the name it is listed by.</summary>
public sealed record NameRule
{
    /// <summary>What is taken off. <c>#</c> stands for a digit; in a prefix <c>*</c> stands for all that is before the next slash.</summary>
    public required string Text { get; init; }

    /// <summary>The rule holds for names with this text in them; left out: for any.</summary>
    public string? In { get; init; }

    /// <summary>The region that a name with this prefix means.</summary>
    public string? Region { get; init; }
}

/// <summary>How the names that clouds and gateways give to models lead to those that are listed.</summary>
public sealed record NameRules
{
    public IReadOnlyList<NameRule>? Prefixes { get; init; }

    public IReadOnlyList<NameRule>? Suffixes { get; init; }

    /// <summary>Other names of listed models.</summary>
    public IReadOnlyDictionary<string, string>? Aliases { get; init; }
}

/// <summary>The shape of <c>prices.json</c>, and of the file that <c>PRICES_PATH</c> names. Only <see cref="Models"/> must be there.</summary>
public sealed record PriceFile
{
    public DateOnly? Updated { get; init; }

    public string? Note { get; init; }

    /// <summary>What rates are multiplied by in a batch.</summary>
    public decimal? Batch { get; init; }

    /// <summary>USD for one web search.</summary>
    public decimal? WebSearch { get; init; }

    /// <summary>Left out: the rules that ship with this version.</summary>
    public NameRules? Names { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyList<ModelPrice>> Models { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 8)]
[JsonSerializable(typeof(PriceFile))]
internal sealed partial class PriceJson : JsonSerializerContext;
