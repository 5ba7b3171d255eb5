namespace Ccflux.Contracts.Pricing;

/// <summary>Properties of a request that change its price, in addition to the model, its tokens and its speed.</summary>
/// <param name="Region">Where it was answered, by the name that prices use: <see cref="Us"/>, or null for anywhere.</param>
/// <param name="Batch">Whether it was answered as part of a batch.</param>
public readonly record struct PriceTerms(string? Region, bool Batch)
{
    /// <summary>The region of answers with <c>inference_geo: "us"</c>.</summary>
    public const string Us = "us";
}
