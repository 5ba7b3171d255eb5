namespace Ccflux.Contracts.Fleet;

/// <summary>How the fleet's payloads are serialised.</summary>
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
[JsonSerializable(typeof(ReturnedLogin))]
[JsonSerializable(typeof(ReturnedLoginContent))]
[JsonSerializable(typeof(ReturnedLoginReply))]
public sealed partial class FleetJson : JsonSerializerContext;
