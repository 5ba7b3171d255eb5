namespace Ccflux.Receiver.Platform.Auth.Signing;

/// <summary>What a request's signature headers say about it. Who the key belongs to is another question.</summary>
internal enum SignatureVerdict
{
    Valid = 1,
    Absent = 2,
    TimestampMissing = 3,
    TimestampStale = 4,
    Invalid = 5,
}
