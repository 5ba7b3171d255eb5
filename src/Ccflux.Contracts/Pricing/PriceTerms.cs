namespace Ccflux.Contracts.Pricing;

/// <summary>What of a request changes its price, beside the model, its tokens and its speed.</summary>
/// <param name="Region">Where it was answered, as prices name it: <see cref="Us"/>, or null for anywhere.</param>
/// <param name="Batch">It was answered as part of a batch.</param>
public readonly record struct PriceTerms(string? Region, bool Batch)
{
    /// <summary>The region of answers with <c>inference_geo: "us"</c>.</summary>
    public const string Us = "us";
}
