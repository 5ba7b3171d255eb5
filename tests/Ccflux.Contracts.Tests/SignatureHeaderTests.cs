using System.Text;
using Ccflux.Contracts.Http;
using Xunit;

namespace Ccflux.Contracts.Tests;

public sealed class SignatureHeaderTests
{
    [Fact]
    public void Format_ThenParse_GivesTheSameBytes()
    {
        var header = new SignatureHeader([.. Enumerable.Range(0, 64).Select(i => (byte)i)], [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))]);

        Assert.True(SignatureHeader.TryParse(header.Format(), out var parsed));
        Assert.Equal(header.Signature, parsed.Signature);
        Assert.Equal(header.PublicKey, parsed.PublicKey);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ed25519")]
    [InlineData("ed25519 AAAA AAAA")]
    [InlineData("rsa AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA== AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("ed25519 !!! !!!")]
    public void TryParse_AnythingElse_IsRefused(string? text)
    {
        Assert.False(SignatureHeader.TryParse(text, out _));
    }

    [Fact]
    public void Message_IsBodyLineFeedTimestamp()
    {
        Assert.Equal("{}\n2026-05-11T04:32:10Z", Encoding.ASCII.GetString(SignatureHeader.Message("{}"u8, "2026-05-11T04:32:10Z")));
    }
}
