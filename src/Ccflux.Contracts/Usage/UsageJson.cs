namespace Ccflux.Contracts.Usage;

/// <summary>How usage payloads are serialised: snake_case, nulls omitted, unknown fields ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = ReportLimits.MaxDepth)]
[JsonSerializable(typeof(LegacyReport))]
[JsonSerializable(typeof(RequestBatch))]
[JsonSerializable(typeof(ReportReply))]
public sealed partial class UsageJson : JsonSerializerContext;
