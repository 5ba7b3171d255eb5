namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>A body that does not match its content type. Thrown deep within a decoder and caught only at its edge.</summary>
internal sealed class OtlpFormatException(string message) : Exception(message);
