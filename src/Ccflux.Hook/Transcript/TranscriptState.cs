namespace Ccflux.Hook.Transcript;

/// <summary>How far a session has been read, and what is needed to go on from there.</summary>
internal sealed class TranscriptState
{
    /// <summary>Null where the bytes are no state of this version, ccflux 0.1's offset file included: the session is read from its start.</summary>
    public static TranscriptState? Read(ReadOnlySpan<byte> bytes) => null;

    public byte[] Write() => _bytes;

    private readonly byte[] _bytes = [];
}
