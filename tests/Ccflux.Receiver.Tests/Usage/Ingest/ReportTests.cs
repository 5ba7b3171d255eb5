using Ccflux.Receiver.Tests.Usage.Ledger;
using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Writing;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Ingest;

/// <summary>What <c>POST /report</c> stores, and each refusal with its documented code.</summary>
public sealed class ReportTests
{
    [Fact]
    public async Task Report_SignedBatch_IsStoredOnceHoweverOftenItComes()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var key = new DeviceKey();
        (await wire.RegisterAsync(access, key, signer: key)).EnsureSuccessStatusCode();
        var batch = A.Batch(A.Turn("s1", 0, wire.Now), A.Turn("s1", 1, wire.Now.AddMinutes(1), outcome: TurnOutcome.Failed));

        var first = await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch, key));
        var again = await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch, key));

        // Two turns, each with a request.
        Assert.Equal((4, 0), (first.Accepted, first.Unchanged));
        Assert.Equal((0, 4), (again.Accepted, again.Unchanged));
        Assert.Equal(first.Store, again.Store);
        Assert.Equal(2, wire.Scalar<long>("SELECT count(*) FROM turns"));
        Assert.Equal("laptop", wire.Scalar<string>("SELECT DISTINCT device_id FROM usage_events"));
        Assert.Equal("1.0.0/2.1.0/linux-x86_64", wire.Scalar<string>("SELECT plugin_version || '/' || claude_code_version || '/' || platform FROM users"));
        Recount.AssertExact(wire.Receiver.DatabasePath);
    }

    [Fact]
    public async Task Report_Gzip_IsSignedAsSentAndUnpacked()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var key = new DeviceKey();
        (await wire.RegisterAsync(access, key)).EnsureSuccessStatusCode();
        var packed = Wire.Gzip(JsonSerializer.SerializeToUtf8Bytes(A.Batch(A.Turn("s1", 0, wire.Now)), UsageJson.Default.RequestBatch));

        var reply = await Wire.AssertStoredAsync(await wire.SendAsync(Routes.Report, access, packed, key, encoding: "gzip"));

        Assert.Equal(2, reply.Accepted);
    }

    [Fact]
    public async Task Report_SchemaOne_IsAnsweredWithAnEmptyBody()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();

        using var response = await wire.ReportAsync(access, A.Legacy("s1", 3, wire.Now, email: "someone.else@example.org"));

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        // The place among the turns that are known, of which it is the first.
        Assert.Equal("amara@example.org|0|1|0.1.0", wire.Scalar<string>("SELECT user_email || '|' || turn_index || '|' || schema_version || '|' || plugin_version FROM usage_events"));
        Assert.Equal("someone.else@example.org", wire.Scalar<string>("SELECT claimed_email FROM users"));
    }

    [Fact]
    public async Task Report_SchemaOneOfAUserWithAKey_MustBeSigned()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var key = new DeviceKey();
        (await wire.RegisterAsync(access, key)).EnsureSuccessStatusCode();

        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, A.Legacy("s1", 0, wire.Now)), 403, ErrorCodes.SignatureRequired);

        using var signed = await wire.ReportAsync(access, A.Legacy("s1", 0, wire.Now), key);
        Assert.Equal(200, (int)signed.StatusCode);
    }

    [Fact]
    public async Task Report_UnsignedWhereSignaturesAreRequired_IsRefused()
    {
        await using var wire = await Wire.StartAsync(("REQUIRE_SIGNATURES", "true"));
        var access = await wire.SignUpAsync();

        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, A.Batch(A.Turn("s1", 0, wire.Now))), 403, ErrorCodes.SignatureRequired);
    }

    [Fact]
    public async Task Report_BadTokens_AreRefused()
    {
        await using var wire = await Wire.StartAsync(("ACCESS_TOKEN_EXPIRY_SECS", "3600"));
        var access = await wire.SignUpAsync();
        var batch = A.Batch(A.Turn("s1", 0, wire.Now));

        await Wire.AssertRefusedAsync(await wire.ReportAsync(null, batch), 401, ErrorCodes.TokenInvalid);
        await Wire.AssertRefusedAsync(await wire.ReportAsync("atok_unknown", batch), 401, ErrorCodes.TokenInvalid);
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch));
        wire.Time.Advance(TimeSpan.FromSeconds(3601));
        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, batch), 401, ErrorCodes.TokenInvalid);

        var fresh = await wire.SignUpAsync("bo@example.org");
        await wire.Receiver.Service<UserAdministration>().RevokeAsync(Actor.System, "bo@example.org");
        await Wire.AssertRefusedAsync(await wire.ReportAsync(fresh, batch), 401, ErrorCodes.TokenInvalid);
    }

    [Fact]
    public async Task Report_BadSignatures_AreRefusedWithTheirCodes()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var key = new DeviceKey();
        (await wire.RegisterAsync(access, key)).EnsureSuccessStatusCode();
        var batch = A.Batch(A.Turn("s1", 0, wire.Now));
        var body = JsonSerializer.SerializeToUtf8Bytes(batch, UsageJson.Default.RequestBatch);

        async Task RefusedAsync(string code, Action<HttpRequestMessage> change) =>
            await Wire.AssertRefusedAsync(await wire.SendAsync(Routes.Report, access, body, key, change: change), 403, code);

        await RefusedAsync(ErrorCodes.SignatureInvalid, request => request.Content = new ByteArrayContent([.. body, (byte)' ']));
        await RefusedAsync(ErrorCodes.SignatureInvalid, request => Replace(request, SignatureHeader.Name, "ed25519 AAAA BBBB"));
        await RefusedAsync(ErrorCodes.TimestampMissing, request => request.Headers.Remove(SignatureHeader.TimestampName));
        await RefusedAsync(ErrorCodes.TimestampMissing, request => Replace(request, SignatureHeader.TimestampName, "yesterday"));
        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, batch, key, wire.Now.AddMinutes(-6)), 403, ErrorCodes.TimestampStale);
        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, batch, key, wire.Now.AddMinutes(6)), 403, ErrorCodes.TimestampStale);
        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, batch, new DeviceKey()), 403, ErrorCodes.KeyNotRegistered);
        Assert.Equal(0, wire.Scalar<long>("SELECT count(*) FROM turns"));
    }

    [Fact]
    public async Task Report_KeyOfAnotherUser_IsNotRegistered()
    {
        await using var wire = await Wire.StartAsync();
        var amara = await wire.SignUpAsync();
        var bo = await wire.SignUpAsync("bo@example.org");
        var key = new DeviceKey();
        (await wire.RegisterAsync(amara, key)).EnsureSuccessStatusCode();
        var batch = A.Batch(A.Turn("s1", 0, wire.Now));

        await Wire.AssertRefusedAsync(await wire.ReportAsync(bo, batch, key), 403, ErrorCodes.KeyNotRegistered);

        (await wire.RegisterAsync(bo, key)).EnsureSuccessStatusCode();
        await Wire.AssertStoredAsync(await wire.ReportAsync(bo, batch, key));
        await Wire.AssertStoredAsync(await wire.ReportAsync(amara, batch, key));
        Assert.Equal(2, wire.Scalar<long>("SELECT count(*) FROM turns"));
    }

    [Fact]
    public async Task Report_OldCapture_IsStaleAndAFreshCopyIsHarmless()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var key = new DeviceKey();
        (await wire.RegisterAsync(access, key)).EnsureSuccessStatusCode();
        var batch = A.Batch(A.Turn("s1", 0, wire.Now));
        var signedAt = wire.Now;

        await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch, key, signedAt));
        var copy = await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch, key, signedAt));
        wire.Time.Advance(TimeSpan.FromMinutes(5.1));

        Assert.Equal((0, 2), (copy.Accepted, copy.Unchanged));
        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, batch, key, signedAt), 403, ErrorCodes.TimestampStale);
    }

    [Fact]
    public async Task Report_RevokedOrPendingDevice_IsRefusedUntilApproved()
    {
        await using var wire = await Wire.StartAsync(("DEVICE_APPROVAL", "1"));
        var access = await wire.SignUpAsync();
        var key = new DeviceKey();
        (await wire.RegisterAsync(access, key)).EnsureSuccessStatusCode();
        var batch = A.Batch(A.Turn("s1", 0, wire.Now));
        var devices = wire.Receiver.Service<DeviceKeys>();

        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, batch, key), 403, ErrorCodes.KeyPending);
        Assert.True((await devices.ApproveAsync(Actor.System, 1)).IsOk);
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch, key));
        Assert.True((await devices.RevokeAsync(Actor.System, 1)).IsOk);
        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, batch, key), 403, ErrorCodes.KeyRevoked);
        await Wire.AssertRefusedAsync(await wire.RegisterAsync(access, key), 403, ErrorCodes.KeyRevoked);
        Assert.Equal(200, (int)(await wire.TokenAsync(await wire.AddUserAsync("bo@example.org"))).StatusCode);
    }

    [Fact]
    public async Task Report_FutureTurns_AreRefusedAsAWholeWithTheServersTime()
    {
        await using var wire = await Wire.StartAsync();
        var access = await wire.SignUpAsync();

        using var response = await wire.ReportAsync(access, A.Batch(A.Turn("s1", 0, wire.Now), A.Turn("s1", 1, wire.Now.AddMinutes(5.2))));

        Assert.NotNull(response.Headers.Date);
        var text = await Wire.AssertRefusedAsync(response, 400, ErrorCodes.FutureTurns);
        Assert.Contains("sessions[0]", text, StringComparison.Ordinal);
        Assert.Equal(0, wire.Scalar<long>("SELECT count(*) FROM turns"));
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(A.Turn("s1", 1, wire.Now.AddMinutes(4.9)))));
        Assert.Equal(ErrorCodes.FutureTurns, wire.Scalar<string>("SELECT last_refusal FROM users"));
    }

    [Fact]
    public async Task Report_OlderThanRetention_IsCountedAsExpired()
    {
        await using var wire = await Wire.StartAsync(("RETENTION_DAYS", "30"));
        var access = await wire.SignUpAsync();

        var reply = await Wire.AssertStoredAsync(await wire.ReportAsync(
            access, A.Batch(A.Turn("s1", 0, wire.Now.AddDays(-31)), A.Turn("s1", 1, wire.Now.AddDays(-29)))));

        Assert.Equal((2, 0, 2), (reply.Accepted, reply.Unchanged, reply.Expired));
        Assert.Equal(1, wire.Scalar<long>("SELECT count(*) FROM turns"));
    }

    [Fact]
    public async Task Report_TooOften_WaitsAsLongAsItIsTold()
    {
        await using var wire = await Wire.StartAsync(("RATE_LIMIT_PER_MINUTE", "2"));
        var access = await wire.SignUpAsync();
        var batch = A.Batch(A.Turn("s1", 0, wire.Now));
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch));
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch));

        using var refused = await wire.ReportAsync(access, batch);
        var wait = refused.Headers.RetryAfter!.Delta!.Value;
        await Wire.AssertRefusedAsync(refused, 429, ErrorCodes.RateLimited);
        await Wire.AssertStoredAsync(await wire.ReportAsync(await wire.SignUpAsync("bo@example.org"), batch));
        wire.Time.Advance(wait);
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, batch));
    }

    [Theory]
    [InlineData("MAX_SESSIONS_PER_DAY", true)]
    [InlineData("MAX_MODELS_PER_DAY", false)]
    public async Task Report_ThousandsOfNames_MeetTheDailyCap(string setting, bool sessions)
    {
        await using var wire = await Wire.StartAsync((setting, "100"), ("RATE_LIMIT_PER_MINUTE", "100000"));
        var access = await wire.SignUpAsync();
        var refusals = 0;
        for (var batch = 0; batch < 25; batch++)
        {
            var turns = Enumerable.Range(batch * 10, 10)
                .Select(i => A.Turn(sessions ? $"s{i}" : "s", i, wire.Now, model: sessions ? A.Model : $"model-{i}"))
                .ToArray();
            using var response = await wire.ReportAsync(access, A.Batch(turns));
            if (response.StatusCode == System.Net.HttpStatusCode.OK)
            {
                continue;
            }

            refusals++;
            Assert.InRange(response.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromHours(11), TimeSpan.FromHours(13));
            await Wire.AssertRefusedAsync(response, 429, ErrorCodes.DailyCap);
        }

        Assert.Equal(15, refusals);
        Assert.Equal(100, wire.Scalar<long>("SELECT count(*) FROM turns"));
        var known = A.Batch(A.Turn(sessions ? "s0" : "s", 5000, wire.Now, model: sessions ? A.Model : "model-0"));
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, known));
        wire.Time.Advance(TimeSpan.FromDays(1));
        var tomorrow = await wire.SignUpAsync("bo@example.org");
        await Wire.AssertStoredAsync(await wire.ReportAsync(tomorrow, A.Batch(A.Turn("s-tomorrow", 0, wire.Now, model: "model-tomorrow"))));
    }

    [Fact]
    public async Task Report_AfterTheDailyCapOfSessions_TakesKnownSessionsOnly()
    {
        await using var wire = await Wire.StartAsync(("MAX_SESSIONS_PER_DAY", "2"));
        var access = await wire.SignUpAsync();
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(A.Turn("live", 0, wire.Now))));

        // Two new ones where one is left: the answer cannot say which, so neither is stored, and neither counts against the cap.
        var both = A.Batch(A.Turn("live", 1, wire.Now), A.Turn("old-1", 0, wire.Now), A.Turn("old-2", 0, wire.Now));
        var text = await Wire.AssertRefusedAsync(await wire.ReportAsync(access, both), 429, ErrorCodes.DailyCap);
        Assert.Contains("new sessions (at most 2)", text, StringComparison.Ordinal);
        Assert.Equal(1, wire.Scalar<long>("SELECT count(*) FROM turns"));

        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(A.Turn("old-1", 0, wire.Now))));
        await Wire.AssertRefusedAsync(await wire.ReportAsync(access, A.Batch(A.Turn("old-2", 0, wire.Now))), 429, ErrorCodes.DailyCap);
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(A.Turn("live", 1, wire.Now), A.Turn("old-1", 1, wire.Now))));
        await wire.Receiver.Service<GroupCommitWriter>().WriteAsync(_ => true);
        Assert.Equal("daily-cap", wire.Scalar<string>("SELECT last_refusal FROM users"));
    }

    private static void Replace(HttpRequestMessage request, string header, string value)
    {
        request.Headers.Remove(header);
        request.Headers.TryAddWithoutValidation(header, value);
    }
}
