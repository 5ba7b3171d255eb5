using Ccflux.Contracts.Usage;

namespace Ccflux.Contracts.Quota;

/// <summary>How quota payloads are serialised: the same way as usage payloads.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = ReportLimits.MaxDepth)]
[JsonSerializable(typeof(ReadingBatch))]
[JsonSerializable(typeof(ReadingsReply))]
public sealed partial class QuotaJson : JsonSerializerContext;
