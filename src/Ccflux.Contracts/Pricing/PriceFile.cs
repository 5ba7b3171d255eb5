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
}

/// <summary>A model's rates from a day on.</summary>
public sealed record ModelPrice : Rates
{
    /// <summary>First day (UTC) the rates hold.</summary>
    public required DateOnly From { get; init; }

    [JsonPropertyName("over_100k")]
    public Rates? Over100k { get; init; }

    [JsonPropertyName("over_200k")]
    public Rates? Over200k { get; init; }

    public Rates? Fast { get; init; }
}

/// <summary>The shape of <c>prices.json</c>, and of the file that <c>PRICES_PATH</c> names.</summary>
public sealed record PriceFile
{
    public DateOnly? Updated { get; init; }

    public string? Note { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyList<ModelPrice>> Models { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 8)]
[JsonSerializable(typeof(PriceFile))]
internal sealed partial class PriceJson : JsonSerializerContext;
