using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Contracts.Tests.Fleet;

public sealed class CredentialSealTests
{
    private const string Context = "ccflux command\na1\n41\nswap\n2026-11-20T14:31:46Z";

    [Fact]
    public void Open_WithTheKeyAndContextItWasSealedFor_GivesTheContent()
    {
        using var key = CredentialSeal.NewKey();
        var content = RandomNumberGenerator.GetBytes(1000);

        var seal = CredentialSeal.Seal(CredentialSeal.PublicKeyOf(key), content, Context);

        Assert.Equal(content, CredentialSeal.Open(key, seal, Context));
        Assert.NotEqual(seal, CredentialSeal.Seal(CredentialSeal.PublicKeyOf(key), content, Context));
    }

    [Fact]
    public void Open_WithAnotherKeyOrContext_GivesNothing()
    {
        using var key = CredentialSeal.NewKey();
        using var other = CredentialSeal.NewKey();
        var seal = CredentialSeal.Seal(CredentialSeal.PublicKeyOf(key), "secret"u8, Context);

        Assert.Null(CredentialSeal.Open(other, seal, Context));
        Assert.Null(CredentialSeal.Open(key, seal, Context.Replace("a1", "a2", StringComparison.Ordinal)));
        Assert.Null(CredentialSeal.Open(key, seal, Context.Replace("41", "42", StringComparison.Ordinal)));
    }

    [Fact]
    public void Open_WithAnyByteChanged_GivesNothing()
    {
        using var key = CredentialSeal.NewKey();
        var seal = Convert.FromBase64String(CredentialSeal.Seal(CredentialSeal.PublicKeyOf(key), "secret"u8, Context));

        for (var i = 0; i < seal.Length; i++)
        {
            var changed = seal.ToArray();
            changed[i] ^= 1;

            Assert.Null(CredentialSeal.Open(key, Convert.ToBase64String(changed), Context));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AQ==")]
    [InlineData("no base64!")]
    public void Open_OfWhatIsNoSeal_GivesNothing(string? seal)
    {
        using var key = CredentialSeal.NewKey();

        Assert.Null(CredentialSeal.Open(key, seal, Context));
        Assert.Null(CredentialSeal.Open(key, Convert.ToBase64String(new byte[FleetLimits.MaxSealed]), Context));
    }

    [Fact]
    public void IsPublicKey_TellsPointsOfTheCurveFromOthers()
    {
        using var key = CredentialSeal.NewKey();
        var good = Convert.FromBase64String(CredentialSeal.PublicKeyOf(key));
        var offCurve = good.ToArray();
        offCurve[^1] ^= 1;

        Assert.True(CredentialSeal.IsPublicKey(Convert.ToBase64String(good)));
        Assert.False(CredentialSeal.IsPublicKey(Convert.ToBase64String(offCurve)));
        Assert.False(CredentialSeal.IsPublicKey(Convert.ToBase64String(new byte[CredentialSeal.PublicKeyBytes])));
        Assert.False(CredentialSeal.IsPublicKey(Convert.ToBase64String(good[..^1])));
        Assert.False(CredentialSeal.IsPublicKey(null));
    }

    /// <summary>Seals created by another implementation (tests/fixtures/fleet/make-seal-vectors.mjs) can be opened here.</summary>
    [Fact]
    public void Open_OfTheVectors_GivesTheirContent()
    {
        var vectors = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepositoryRoot.Path, "tests/fixtures/fleet/seal-vectors.json"))).RootElement;

        Assert.True(vectors.GetArrayLength() >= 3);
        foreach (var vector in vectors.EnumerateArray())
        {
            using var key = ECDiffieHellman.Create();
            key.ImportPkcs8PrivateKey(vector.GetProperty("private_key_pkcs8").GetBytesFromBase64(), out _);

            Assert.Equal(vector.GetProperty("public_key").GetString(), CredentialSeal.PublicKeyOf(key));
            Assert.Equal(
                vector.GetProperty("content").GetString(),
                Encoding.UTF8.GetString(CredentialSeal.Open(key, vector.GetProperty("sealed").GetString(), vector.GetProperty("context").GetString()!)!));
        }
    }
}
