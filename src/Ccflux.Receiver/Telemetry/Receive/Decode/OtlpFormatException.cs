namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>A body that is not what its content type says. Thrown from deep within a decoder and caught at its edge only.</summary>
internal sealed class OtlpFormatException(string message) : Exception(message);
