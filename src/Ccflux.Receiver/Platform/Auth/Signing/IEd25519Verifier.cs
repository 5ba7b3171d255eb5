namespace Ccflux.Receiver.Platform.Auth.Signing;

/// <summary>Checks an Ed25519 signature (RFC 8032). Implementations are safe to call from several threads.</summary>
internal interface IEd25519Verifier
{
    /// <summary>Which library does it, for the start-up line.</summary>
    string Description { get; }

    /// <summary>False for anything that is not a valid signature, whatever is wrong with it.</summary>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}
