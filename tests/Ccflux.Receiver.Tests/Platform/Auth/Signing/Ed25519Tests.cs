using System.Numerics;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Platform.Auth.Signing;

/// <summary>The vectors of RFC 8032, section 7.1, and the cases of Wycheproof: bits, lengths, malleability, bad keys.</summary>
public sealed class Ed25519Tests
{
    /// <summary>The order of the group: adding it to the second half of a signature must not give another valid one.</summary>
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);

    private static readonly (string Key, string Message, string Signature)[] Vectors =
    [
        ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ];

    [Fact]
    public void IsValid_VectorsOfTheStandard_AreAndNothingNearThemIs()
    {
        foreach (var (keyHex, messageHex, signatureHex) in Vectors)
        {
            var key = Convert.FromHexString(keyHex);
            var message = Convert.FromHexString(messageHex);
            var signature = Convert.FromHexString(signatureHex);

            Assert.True(Ed25519.IsValid(key, message, signature));
            Assert.False(Ed25519.IsValid(key, [.. message, 0], signature));
            Assert.False(Ed25519.IsValid(key, message, WithOrderAdded(signature)));
            for (var bit = 0; bit < signature.Length * 8; bit += 5)
            {
                Assert.False(Ed25519.IsValid(key, message, Flip(signature, bit)), $"signature bit {bit}");
            }

            for (var bit = 0; bit < key.Length * 8; bit += 3)
            {
                Assert.False(Ed25519.IsValid(Flip(key, bit), message, signature), $"key bit {bit}");
            }
        }
    }

    [Fact]
    public void IsValid_WrongLengthsAndEmptyParts_AreNot()
    {
        var key = Convert.FromHexString(Vectors[1].Key);
        var signature = Convert.FromHexString(Vectors[1].Signature);
        byte[] message = [0x72];

        Assert.False(Ed25519.IsValid(key, message, signature.AsSpan(0, 63)));
        Assert.False(Ed25519.IsValid(key, message, [.. signature, 0]));
        Assert.False(Ed25519.IsValid(key, message, []));
        Assert.False(Ed25519.IsValid(key.AsSpan(0, 31), message, signature));
        Assert.False(Ed25519.IsValid([], message, signature));
        Assert.False(Ed25519.IsValid(key, message, new byte[64]));
        Assert.False(Ed25519.IsValid(key, message, [.. Enumerable.Repeat((byte)0xFF, 64)]));
        Assert.False(Ed25519.IsValid([.. Enumerable.Repeat((byte)0xFF, 32)], message, signature));
    }

    [Fact]
    public void IsValid_WhatTheHooksLibrarySigns_Is()
    {
        var key = new DeviceKey(new byte[32]);
        var message = new byte[70_000];

        Assert.True(Ed25519.IsValid(Convert.FromBase64String(key.PublicKey), message, key.Sign(message)));
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        var copy = bytes.ToArray();
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }

    private static byte[] WithOrderAdded(byte[] signature)
    {
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true) + Order;
        var bytes = s.ToByteArray(isUnsigned: true);
        return [.. signature[..32], .. bytes, .. new byte[32 - bytes.Length]];
    }
}
