using Ccflux.Contracts.Http;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Microsoft.Extensions.Hosting;

namespace Ccflux.Receiver.Tests.Identity;

/// <summary>A user's e-mail address has one spelling, however it is written.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData(" Amara@Example.ORG\n", "amara@example.org")]
    [InlineData("\u00dcNAL@x.example", "\u00fcnal@x.example")]
    [InlineData("\u212Ben@x.example", "\u00e5en@x.example")]
    [InlineData("\u674e@x.example", "\u674e@x.example")]
    [InlineData("no at sign", null)]
    [InlineData("u\u0308nal@x.example", null)]
    [InlineData("ali\u200Bce@x.example", null)]
    [InlineData("\u202Ealice@x.example", null)]
    [InlineData("al\u0007ice@x.example", null)]
    [InlineData("al\uD800ice@x.example", null)]
    [InlineData("", null)]
    public void TryNormalize_GivesTheOneSpelling_OrRefuses(string written, string? expected)
    {
        Assert.Equal(expected is not null, UserRules.TryNormalize(written, out var address));
        if (expected is not null)
        {
            Assert.Equal((expected, expected), (address, UserRules.Normalize(address)));
        }
    }

    [Theory]
    [InlineData("ÜNAL@x.example")]
    [InlineData("ünal@x.example\n")]
    [InlineData("\tünal@X.example ")]
    public async Task TokenInsertedByHand_InAnySpelling_IsRevokedByAnyOther(string written)
    {
        await using var wire = await Wire.StartAsync();
        wire.ByHand($"INSERT INTO refresh_tokens (token, email, expires_at) VALUES ('rtok_by_hand', '{written}', '2027-11-20 00:00:00')");
        await wire.AccessAsync("rtok_by_hand");

        var revoked = await wire.Receiver.Service<UserAdministration>().RevokeAsync(Actor.Cli, " Ünal@X.example");

        Assert.True(revoked.IsOk, revoked.Message);
        Assert.Equal("ünal@x.example", wire.Scalar<string>("SELECT group_concat(email) FROM users"));
        await Wire.AssertRefusedAsync(await wire.TokenAsync("rtok_by_hand"), 401, ErrorCodes.TokenInvalid);
    }

    [Fact]
    public async Task TokenInsertedByHandAMomentAgo_NotUsedYet_IsRevoked()
    {
        await using var wire = await Wire.StartAsync();
        wire.ByHand("INSERT INTO refresh_tokens (token, email, expires_at) VALUES ('rtok_by_hand', 'ÜNAL@x.example', '2027-11-20 00:00:00')");

        var revoked = await wire.Receiver.Service<UserAdministration>().RevokeAsync(Actor.Cli, "ünal@x.example");

        Assert.True(revoked.IsOk, revoked.Message);
        await Wire.AssertRefusedAsync(await wire.TokenAsync("rtok_by_hand"), 401, ErrorCodes.TokenInvalid);
    }

    [Theory]
    [InlineData("ali\u200Bce@x.example", "ali\\u{200b}ce@x.example")]
    [InlineData("u\u0308nal@x.example", "u\\u{308}nal@x.example")]
    public async Task TokenInsertedByHand_AddressThatCannotBeSeen_NeverHoldsAndIsOnRecord(string written, string shown)
    {
        await using var wire = await Wire.StartAsync();
        wire.ByHand($"INSERT INTO refresh_tokens (token, email, expires_at) VALUES ('rtok_by_hand', '{written}', '2027-11-20 00:00:00')");

        await Wire.AssertRefusedAsync(await wire.TokenAsync("rtok_by_hand"), 401, ErrorCodes.TokenInvalid);
        var sweep = wire.Receiver.Service<IEnumerable<IHostedService>>().OfType<ManualTokenHasher>().Single();
        await sweep.SweepAsync(CancellationToken.None);
        await sweep.SweepAsync(CancellationToken.None);

        Assert.Equal(1, wire.Scalar<long>("SELECT revoked FROM refresh_tokens"));
        Assert.Equal(SecretToken.Stored("rtok_by_hand"), wire.Scalar<string>("SELECT token FROM refresh_tokens"));
        Assert.Equal(0, wire.Scalar<long>("SELECT count(*) FROM users"));
        Assert.Equal($"user.refuse {shown}", wire.Scalar<string>("SELECT group_concat(action || ' ' || target) FROM audit_log"));
        Assert.Contains(wire.Receiver.LogLines, line => line.Contains("Revoked 1 manually inserted refresh tokens", StringComparison.Ordinal));
    }

    [Fact]
    public async Task User_StoredInAnotherSpellingByAnEarlierVersion_IsMended()
    {
        await using var wire = await Wire.StartAsync();
        var refresh = await wire.AddUserAsync("ünal@x.example");
        wire.ByHand("UPDATE users SET email = 'Ünal@x.example'");
        wire.ByHand("UPDATE refresh_tokens SET email = 'Ünal@x.example'");

        var revoked = await wire.Receiver.Service<UserAdministration>().RevokeAsync(Actor.Cli, "ünal@x.example");

        Assert.True(revoked.IsOk, revoked.Message);
        Assert.Equal("ünal@x.example", wire.Scalar<string>("SELECT email FROM users"));
        await Wire.AssertRefusedAsync(await wire.TokenAsync(refresh), 401, ErrorCodes.TokenInvalid);
    }

    [Fact]
    public async Task User_WhoseAddressCannotBeTyped_IsRevokedByNumber()
    {
        await using var wire = await Wire.StartAsync();
        await wire.AddUserAsync("alice@x.example");
        wire.ByHand("UPDATE users SET email = 'ali' || char(8203) || 'ce@x.example'");
        wire.ByHand("UPDATE refresh_tokens SET email = 'ali' || char(8203) || 'ce@x.example'");

        var revoked = await wire.Receiver.Service<UserAdministration>().RevokeAsync(Actor.Cli, wire.Scalar<long>("SELECT user_id FROM users"));

        Assert.Equal((true, "ali\\u{200b}ce@x.example"), (revoked.IsOk, revoked.Target));
        Assert.Equal(1, wire.Scalar<long>("SELECT revoked FROM refresh_tokens"));
    }
}
