using Ccflux.Contracts.Http;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Ccflux.Testing;
using Microsoft.Extensions.Hosting;

namespace Ccflux.Receiver.Tests.Identity;

/// <summary>Refresh and access tokens: how they start, roll and end, through the receiver and through the admin.</summary>
public sealed class TokenTests
{
    [Fact]
    public async Task Token_UnknownRevokedOrExpired_IsRefused()
    {
        await using var wire = await Wire.StartAsync();
        var refresh = await wire.AddUserAsync();

        await Wire.AssertRefusedAsync(await wire.TokenAsync(null), 401, ErrorCodes.TokenInvalid);
        await Wire.AssertRefusedAsync(await wire.TokenAsync("rtok_unknown"), 401, ErrorCodes.TokenInvalid);
        await Wire.AssertRefusedAsync(await wire.TokenAsync(SecretToken.Stored(refresh)), 401, ErrorCodes.TokenInvalid);
        wire.ByHand("UPDATE refresh_tokens SET expires_at = '2026-11-20 11:59:59'");
        await Wire.AssertRefusedAsync(await wire.TokenAsync(refresh), 401, ErrorCodes.TokenInvalid);
    }

    [Fact]
    public async Task Token_InsertedByHandInPlainText_WorksAndIsHashed()
    {
        await using var wire = await Wire.StartAsync();
        wire.ByHand("INSERT INTO refresh_tokens (token, email, division, expires_at) VALUES ('rtok_planted_by_hand', ' Amara@Example.org ', 'R&D', '2027-11-20 00:00:00')");

        var access = await wire.AccessAsync("rtok_planted_by_hand");
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(A.Turn("s", 0, wire.Now))));
        await wire.Receiver.Service<IEnumerable<IHostedService>>().OfType<ManualTokenHasher>().Single().SweepAsync(CancellationToken.None);

        Assert.Equal("amara@example.org", wire.Scalar<string>("SELECT email FROM users"));
        Assert.Equal(SecretToken.Stored("rtok_planted_by_hand"), wire.Scalar<string>("SELECT token FROM refresh_tokens"));
        AssertNowhere(wire, "rtok_planted_by_hand");
    }

    [Fact]
    public async Task Token_InsertedByHandAndNotUsed_IsHashedBySweepWithinSeconds()
    {
        await using var wire = await Wire.StartAsync();
        wire.ByHand("INSERT INTO refresh_tokens (token, email, expires_at) VALUES ('rtok_planted_unused', 'bo@example.org', '2027-11-20 00:00:00')");

        await wire.Receiver.Service<IEnumerable<IHostedService>>().OfType<ManualTokenHasher>().Single().SweepAsync(CancellationToken.None);

        Assert.Equal("bo@example.org", wire.Scalar<string>("SELECT email FROM users"));
        AssertNowhere(wire, "rtok_planted_unused");
        Assert.True(ManualTokenHasher.Interval + RecentCache<string, string>.Lifetime <= TimeSpan.FromSeconds(5));
        Assert.NotNull(await wire.AccessAsync("rtok_planted_unused"));
    }

    [Theory]
    [InlineData("UPDATE refresh_tokens SET revoked = 1")]
    [InlineData("DELETE FROM refresh_tokens")]
    public async Task AccessToken_RefreshTokenRevokedByHand_EndsWithinSeconds(string byHand)
    {
        await using var wire = await Wire.StartAsync();
        var refresh = await wire.AddUserAsync();
        var access = await wire.AccessAsync(refresh);
        var batch = A.Batch(A.Turn("s", 0, wire.Now));
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch));

        wire.ByHand(byHand);
        wire.Time.Advance(TimeSpan.FromSeconds(5));

        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, batch), 401, ErrorCodes.TokenInvalid);
        await Wire.AssertRefusedAsync(await wire.TokenAsync(refresh), 401, ErrorCodes.TokenInvalid);
    }

    [Fact]
    public async Task Device_RevokedByHand_IsRefusedWithinSeconds()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var key = new DeviceKey();
        (await wire.RegisterAsync(access, key)).EnsureSuccessStatusCode();
        var batch = A.Batch(A.Turn("s", 0, wire.Now));
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch, key));

        wire.ByHand("UPDATE device_keys SET revoked = 1");
        wire.Time.Advance(TimeSpan.FromSeconds(5));

        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, batch, key), 403, ErrorCodes.KeyRevoked);
    }

    [Fact]
    public async Task Token_EachUse_RollsByItsOwnDaysAndNeverShortens()
    {
        await using var wire = await Wire.StartAsync(("REFRESH_TOKEN_ROLLING_DAYS", "90"));
        wire.ByHand("INSERT INTO refresh_tokens (token, email, expires_at, days_valid) VALUES ('own', 'a@example.org', '2026-11-21 00:00:00', 10)");
        wire.ByHand("INSERT INTO refresh_tokens (token, email, expires_at) VALUES ('none', 'b@example.org', '2026-11-21T00:00:00Z')");
        wire.ByHand("INSERT INTO refresh_tokens (token, email, expires_at) VALUES ('long', 'c@example.org', '2027-11-20 12:00:00')");

        foreach (var token in new[] { "own", "none", "long" })
        {
            await wire.AccessAsync(token);
        }

        Assert.Equal("2026-11-30 12:00:00", wire.Scalar<string>("SELECT expires_at FROM refresh_tokens WHERE email = 'a@example.org'"));
        Assert.Equal("2027-02-18 12:00:00", wire.Scalar<string>("SELECT expires_at FROM refresh_tokens WHERE email = 'b@example.org'"));
        Assert.Equal("2027-11-20 12:00:00", wire.Scalar<string>("SELECT expires_at FROM refresh_tokens WHERE email = 'c@example.org'"));
    }

    [Fact]
    public async Task Accounts_OneLiveTokenPerAddress_ReissueReplacesIt()
    {
        await using var wire = await Wire.StartAsync();
        var accounts = wire.Receiver.Service<UserAdministration>();
        var first = await accounts.AddAsync(Actor.System, " Amara@Example.org ", "R&D", 30);
        var access = await wire.AccessAsync(first.Token!);

        var second = await accounts.AddAsync(Actor.System, "amara@example.org", null);
        var reissued = await accounts.ReissueAsync(Actor.System, "AMARA@example.org");

        Assert.Equal(AccountFault.AlreadyLive, second.Fault);
        Assert.Contains("Reissue", second.Message, StringComparison.Ordinal);
        Assert.Equal("amara@example.org", reissued.Target);
        await Wire.AssertRefusedAsync(await wire.TokenAsync(first.Token), 401, ErrorCodes.TokenInvalid);
        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, A.Batch(A.Turn("s", 0, wire.Now))), 401, ErrorCodes.TokenInvalid);
        Assert.NotNull(await wire.AccessAsync(reissued.Token!));
        Assert.Equal("30/R&D", wire.Scalar<string>("SELECT days_valid || '/' || division FROM refresh_tokens WHERE revoked = 0"));
    }

    [Theory]
    [InlineData("", null, 30, AccountFault.EmailInvalid)]
    [InlineData("no-at-sign", null, 30, AccountFault.EmailInvalid)]
    [InlineData("two@at@example.org", null, 30, AccountFault.EmailInvalid)]
    [InlineData("with space@example.org", null, 30, AccountFault.EmailInvalid)]
    [InlineData("a@example.org", null, 0, AccountFault.DaysOutOfRange)]
    [InlineData("a@example.org", null, 3651, AccountFault.DaysOutOfRange)]
    [InlineData("a@example.org", "line\nbreak", 30, AccountFault.DivisionTooLong)]
    public async Task Accounts_InvalidValues_AreRefused(string email, string? division, int days, object fault)
    {
        await using var wire = await Wire.StartAsync();

        var result = await wire.Receiver.Service<UserAdministration>().AddAsync(Actor.System, email, division, days);

        Assert.Equal(fault, result.Fault);
        Assert.Equal(0, wire.Scalar<long>("SELECT count(*) FROM users"));
    }

    [Fact]
    public async Task RegisterKey_SignedWithAnotherKey_IsRefused()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();

        await Wire.AssertRefusedAsync(await wire.RegisterAsync(access, new DeviceKey(), signer: new DeviceKey()), 403, ErrorCodes.SignatureInvalid);
        Assert.Equal(0, wire.Scalar<long>("SELECT count(*) FROM devices"));
    }

    [Fact]
    public async Task RegisterKey_SameHostAfterARevoke_IsFlagged()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        (await wire.RegisterAsync(access, new DeviceKey(), "laptop")).EnsureSuccessStatusCode();
        wire.ByHand("UPDATE device_keys SET revoked = 1");

        (await wire.RegisterAsync(access, new DeviceKey(), "laptop")).EnsureSuccessStatusCode();
        (await wire.RegisterAsync(access, new DeviceKey(), "desktop")).EnsureSuccessStatusCode();

        Assert.Equal("laptop", wire.Scalar<string>("SELECT group_concat(name) FROM devices WHERE reregistered = 1"));
        Assert.EndsWith(" laptop", wire.Scalar<string>("SELECT group_concat(target) FROM audit_log WHERE action = 'device.register-again'"), StringComparison.Ordinal);

        (await wire.RegisterAsync(access, new DeviceKey(), "laptop")).EnsureSuccessStatusCode();
        Assert.Equal(1, wire.Scalar<long>("SELECT count(*) FROM audit_log WHERE action = 'device.register-again'"));
    }

    [Fact]
    public async Task RegisterKey_TooManyOnOneDay_MeetsTheDailyCap()
    {
        await using var wire = await Wire.StartAsync(("MAX_DEVICES_PER_DAY", "3"));
        var access = await wire.SignUpAsync();
        for (var i = 0; i < 3; i++)
        {
            (await wire.RegisterAsync(access, new DeviceKey(), $"host-{i}")).EnsureSuccessStatusCode();
        }

        await Wire.AssertRefusedAsync(await wire.RegisterAsync(access, new DeviceKey()), 429, ErrorCodes.DailyCap);
    }

    [Fact]
    public async Task RegisterKey_OverTheDailyCap_IsShownToTheAdmin_WhateverElseIsAccepted()
    {
        await using var wire = await Wire.StartAsync(("MAX_DEVICES_PER_DAY", "1"));
        var access = await wire.SignUpAsync();
        var known = new DeviceKey();
        (await wire.RegisterAsync(access, known)).EnsureSuccessStatusCode();
        var refused = await wire.RegisterAsync(access, new DeviceKey());
        Assert.NotNull(refused.Headers.RetryAfter);
        wire.Time.Advance(TimeSpan.FromMinutes(1));
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(A.Turn("s", 0, wire.Now)), known));

        Assert.Contains("daily-cap", await AttentionAsync(wire), StringComparison.Ordinal);
        wire.Time.Advance(TimeSpan.FromDays(1));
        Assert.DoesNotContain("daily-cap", await AttentionAsync(wire), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RegisterKey_EachOfManyContainers_IsAcceptedAndTheirNumberIsBounded()
    {
        await using var wire = await Wire.StartAsync(("MAX_DEVICES_PER_DAY", "2000"));
        var access = await wire.SignUpAsync();
        var laptop = new DeviceKey();
        (await wire.RegisterAsync(access, laptop)).EnsureSuccessStatusCode();
        wire.ByHand($"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {DeviceKeys.MaxDevices})
            INSERT INTO devices (user_id, public_key, name, registered_at, approved_at, revoked_at)
            SELECT 1, 'key' || i, 'container', {wire.Now.ToUnixTimeMilliseconds()} + i, 1, CASE i WHEN 1 THEN 1 END FROM n
            """);
        wire.Time.Advance(TimeSpan.FromHours(1));
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(A.Turn("s", 0, wire.Now)), laptop));

        (await wire.RegisterAsync(access, new DeviceKey(), "newest")).EnsureSuccessStatusCode();

        // The laptop was seen since and stays, and so does the revoked key; of the containers, those seen first are removed.
        Assert.Equal(DeviceKeys.MaxDevices, wire.Scalar<long>("SELECT count(*) FROM devices WHERE revoked_at IS NULL"));
        Assert.Equal("key1", wire.Scalar<string>("SELECT group_concat(public_key) FROM devices WHERE public_key IN ('key1', 'key2')"));
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(A.Turn("s", 1, wire.Now)), laptop));
    }

    private static async Task<string> AttentionAsync(Wire wire)
    {
        using var answer = await wire.Receiver.Client.FetchAsync("/api/v1/usage/attention", bearer: RunningReceiver.AdminToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static void AssertNowhere(Wire wire, string secret)
    {
        foreach (var path in Directory.EnumerateFiles(wire.Receiver.Folder))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            file.CopyTo(copy);
            Assert.False(copy.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)) >= 0, $"{secret} is in {Path.GetFileName(path)}");
        }
    }
}
