namespace Ccflux.Contracts.Fleet;

/// <summary>How the fleet's payloads are read and written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    MaxDepth = FleetLimits.MaxDepth)]
[JsonSerializable(typeof(EnrolRequest))]
[JsonSerializable(typeof(EnrolReply))]
[JsonSerializable(typeof(Heartbeat))]
[JsonSerializable(typeof(HeartbeatReply))]
[JsonSerializable(typeof(SwapContent))]
[JsonSerializable(typeof(BroughtCredential))]
[JsonSerializable(typeof(BroughtContent))]
[JsonSerializable(typeof(BroughtReply))]
public sealed partial class FleetJson : JsonSerializerContext;
