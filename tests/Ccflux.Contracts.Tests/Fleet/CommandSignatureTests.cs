using System.Security.Cryptography;
using Ccflux.Contracts.Fleet;
using Xunit;

namespace Ccflux.Contracts.Tests.Fleet;

public sealed class CommandSignatureTests
{
    private const string Agent = "a1";

    /// <summary>Key and signature created with another implementation (OpenSSL, through Node) over the text that the class documents.</summary>
    private const string VectorKey = "BHtbaGkh4r0qOBQCUjTrd3KRYlBlu43+WEdA9H/r8OfRwm4rSLFZ9Vc8Wb1isbr5SNWOC0e6/vY3/4OfUjbUwDg=";
    private const string VectorSignature = "piaMbuoELEJaIcvWUqo5Terh6rhewrPHoXvkmLVeZMcmZ6AQfHJ3YReKB4FBRFYZHrRV0wsVOoYVvuL5ldcWRg==";

    private static readonly DateTimeOffset At = new(2026, 11, 20, 14, 31, 46, TimeSpan.Zero);

    private static SealedCommand Command { get; } =
        new() { Id = 41, Kind = SealedCommand.Swap, IssuedAt = At, ExpiresAt = At.AddMinutes(5), Sealed = "AQ==", Signature = VectorSignature };

    [Fact]
    public void Vector_OfAnotherImplementation_IsValid()
    {
        Assert.True(CommandSignature.IsValid(VectorKey, Agent, Command));
    }

    public static TheoryData<string> Changes => ["agent", "id", "kind", "issued", "expires", "a fraction of a second", "sealed", "signature", "no signature", "no base64", "too long", "another key", "no key", "a key off the curve"];

    [Theory]
    [MemberData(nameof(Changes))]
    public void Command_ChangedInAnything_IsNotValid(string what)
    {
        using var other = CommandSignature.NewKey();
        var offCurve = Convert.FromBase64String(VectorKey);
        offCurve[40] ^= 1;
        var (key, agent, command) = what switch
        {
            "agent" => (VectorKey, "a2", Command),
            "id" => (VectorKey, Agent, Command with { Id = 42 }),
            "kind" => (VectorKey, Agent, Command with { Kind = "other" }),
            "issued" => (VectorKey, Agent, Command with { IssuedAt = At.AddSeconds(1) }),
            "expires" => (VectorKey, Agent, Command with { ExpiresAt = At.AddYears(4) }),
            "a fraction of a second" => (VectorKey, Agent, Command with { ExpiresAt = Command.ExpiresAt.AddMilliseconds(999) }),
            "sealed" => (VectorKey, Agent, Command with { Sealed = "Ag==" }),
            "signature" => (VectorKey, Agent, Command with { Signature = "A" + VectorSignature[1..] }),
            "no signature" => (VectorKey, Agent, Command with { Signature = "" }),
            "no base64" => (VectorKey, Agent, Command with { Signature = "!" + VectorSignature[1..] }),
            "too long" => (VectorKey, Agent, Command with { Signature = new string('A', 4096) }),
            "another key" => (CommandSignature.PublicKeyOf(other), Agent, Command),
            "no key" => ("", Agent, Command),
            _ => (Convert.ToBase64String(offCurve), Agent, Command),
        };

        Assert.False(CommandSignature.IsValid(key, agent, command));
    }

    [Fact]
    public void Sign_WithAKey_IsValidByItsPublicHalf()
    {
        using var key = CommandSignature.NewKey();
        using var stored = ECDsa.Create();
        stored.ImportPkcs8PrivateKey(key.ExportPkcs8PrivateKey(), out _);

        var signed = Command with { Signature = CommandSignature.Sign(stored, Agent, Command) };

        Assert.True(CommandSignature.IsValid(CommandSignature.PublicKeyOf(key), Agent, signed));
        Assert.True(CredentialSeal.IsPublicKey(CommandSignature.PublicKeyOf(key)));
    }

    [Fact]
    public void KeyFingerprint_OfTwoKeys_IsTwentyDigitsInGroups()
    {
        Assert.Equal("35ed-f210-57a7-7f69-187f", KeyFingerprint.Of("AAAA", "BBBB"));
        Assert.Equal(KeyFingerprint.Length, KeyFingerprint.Of("AAAA", "BBBB").Length);
        Assert.NotEqual(KeyFingerprint.Of("AAAA", "BBBB"), KeyFingerprint.Of("BBBB", "AAAA"));
    }
}
