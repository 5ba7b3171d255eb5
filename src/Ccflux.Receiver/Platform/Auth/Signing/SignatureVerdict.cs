namespace Ccflux.Receiver.Platform.Auth.Signing;

/// <summary>The result of checking a request's signature headers. It does not state who owns the key.</summary>
internal enum SignatureVerdict
{
    Valid = 1,
    Absent = 2,
    TimestampMissing = 3,
    TimestampStale = 4,
    Invalid = 5,
}
