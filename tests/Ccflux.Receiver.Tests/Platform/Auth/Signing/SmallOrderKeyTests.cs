using System.Text;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Platform.Auth.Signing;

/// <summary>Keys of small order have no secret, so registering one proves nothing.</summary>
public sealed class SmallOrderKeyTests
{
    /// <summary>The last byte is listed without the sign bit, and tried with it too.</summary>
    private static readonly string[] s_points =
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];

    [Fact]
    public async Task RegisterKey_OfSmallOrder_IsRefusedInEveryEncoding()
    {
        await using var wire = await Wire.StartAsync(("RATE_LIMIT_PER_MINUTE", "1000"), ("TOKEN_RATE_LIMIT_PER_MINUTE", "1000"));
        var access = await wire.SignUpAsync();

        foreach (var key in Encodings())
        {
            var body = Encoding.UTF8.GetBytes($$"""{"public_key":"{{Convert.ToBase64String(key)}}","device_id":"laptop"}""");
            var text = await Wire.AssertRefusedAsync(await wire.SendAsync(Routes.RegisterKey, access, body), 400, ErrorCodes.InvalidPayload);
            Assert.Contains("small order", text, StringComparison.Ordinal);
        }

        Assert.Equal(0, wire.Scalar<long>("SELECT count(*) FROM devices"));
        (await wire.RegisterAsync(access, new DeviceKey())).EnsureSuccessStatusCode();
    }

    [Fact]
    public void IsValid_OfSuchAKey_NoSignatureIs()
    {
        // R is the identity and S is zero: without the check this verifies for the identity as key, whatever the message.
        byte[] signature = [1, .. new byte[63]];

        Assert.All(Encodings(), key => Assert.False(Ed25519.IsValid(key, "anything"u8, signature)));
    }

    private static IEnumerable<byte[]> Encodings() => s_points.Select(Convert.FromHexString).SelectMany(key => new[] { key, [.. key[..^1], (byte)(key[^1] | 0x80)] });
}
