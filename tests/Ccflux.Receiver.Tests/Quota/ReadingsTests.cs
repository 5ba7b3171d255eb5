using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Quota.Ingest;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary><c>POST /quota/readings</c>: what status lines show, over real HTTP.</summary>
public sealed class ReadingsTests : IAsyncDisposable
{
    private const string Account = "00000000-0000-4000-8000-000000000002";

    private readonly DeviceKey _key = new();
    private Wire? _wire;
    private string _access = "";

    private DateTimeOffset Now => _wire!.Now;

    /// <summary>Status-line JSON as the client writes it: complete, with windows missing one at a time, with unknown ones, above 100.</summary>
    public static TheoryData<string, string> StatusLines => new()
    {
        { """{"five_hour":{"used_percentage":42,"resets_at":1795200000},"seven_day":{"used_percentage":17,"resets_at":1795645000}}""", "five_hour 42, seven_day 17" },
        { """{"five_hour":{"used_percentage":42,"resets_at":1795200000}}""", "five_hour 42" },
        { """{"seven_day":{"used_percentage":17.25,"resets_at":1795645000}}""", "seven_day 17.25" },
        { """{"five_hour":{"used_percentage":104.5,"resets_at":1795200000}}""", "five_hour 104.5" },
        { """{"five_hour":{"used_percentage":1,"resets_at":1795200000},"seven_day_opus":{"used_percentage":3},"thirty_day.new":{"used_percentage":7}}""", "five_hour 1, seven_day_opus 3, thirty_day.new 7" },
    };

    [Theory]
    [MemberData(nameof(StatusLines))]
    public async Task StatusLine_AnyWindows_AreKeptAndShown(string rateLimits, string expected)
    {
        await StartAsync();

        var reply = await StoredAsync([.. FromStatusLine(rateLimits)]);

        Assert.Equal(expected.Split(", ").Length, reply.Accepted);
        Assert.Equal(expected, await ShownAsync());
    }

    [Fact]
    public async Task StatusLine_ThatRepeatsItself_MakesNoNewReading()
    {
        await StartAsync();
        var reset = Now.AddHours(3);
        Assert.Equal(1, (await StoredAsync(Reading(42, reset))).Accepted);
        _wire!.Time.Advance(TimeSpan.FromMinutes(1));

        // The same figure, an older one of a sibling session, and one of the previous window.
        Assert.Equal(0, (await StoredAsync(Reading(42, reset))).Accepted);
        Assert.Equal(0, (await StoredAsync(Reading(41, reset))).Accepted);
        Assert.Equal(0, (await StoredAsync(Reading(90, reset.AddHours(-5)))).Accepted);
        Assert.Equal(1, (await StoredAsync(Reading(43, reset.AddMilliseconds(300)))).Accepted);
        Assert.Equal(1, (await StoredAsync(Reading(2, reset.AddHours(5)) with { ObservedAt = Now.AddSeconds(1) })).Accepted);
        Assert.Equal(3L, _wire.Scalar<long>("SELECT count(*) FROM quota_readings"));
    }

    [Fact]
    public async Task Limit_ThatFallsBeforeItsReset_IsShown_AndOldFiguresDoNotComeBack()
    {
        await StartAsync();
        var reset = Now.AddHours(3);
        foreach (var used in new double[] { 2, 20, 60 })
        {
            await NextAsync(Reading(used, reset));
        }

        // An idle session next to it, then one that started after the drop, and the idle one again.
        Assert.Equal(0, (await NextAsync(Reading(20, reset))).Accepted);
        Assert.Equal("five_hour 60", await ShownAsync());
        Assert.Equal(1, (await NextAsync(Reading(2, reset) with { Fresh = true })).Accepted);
        Assert.Equal("five_hour 2", await ShownAsync());
        Assert.Equal(0, (await NextAsync(Reading(60, reset))).Accepted);
        Assert.Equal(1, (await NextAsync(Reading(3, reset))).Accepted);
        Assert.Equal("five_hour 3", await ShownAsync());
    }

    [Fact]
    public async Task Limit_ThatFalls_IsShownFromOlderClientsToo()
    {
        await StartAsync();
        var reset = Now.AddHours(3);
        await NextAsync(Reading(60, reset));

        Assert.Equal(1, (await NextAsync(Reading(2, reset))).Accepted);
        Assert.Equal(1, (await NextAsync(Reading(3, reset))).Accepted);
        Assert.Equal("five_hour 3", await ShownAsync());
    }

    [Fact]
    public async Task Limit_ThatFell_BeganThen_ForPaceAndForecast()
    {
        await StartAsync();
        var reset = Now.AddHours(2);
        await NextAsync(Reading(60, reset));
        _wire!.ByHand("INSERT OR REPLACE INTO quota_alert_states (window_id, threshold_milli, forecast_told) SELECT window_id, 0, 1 FROM quota_windows");
        var fellAt = Now;
        await NextAsync(Reading(2, reset));
        await NextAsync(Reading(3, reset));

        Assert.Equal(fellAt.ToUnixTimeMilliseconds(), _wire.Scalar<long>("SELECT started_at FROM quota_windows"));
        Assert.Equal(0L, _wire.Scalar<long>("SELECT forecast_told FROM quota_alert_states"));
        var pace = Assert.Single(await AccountsAsync()).GetProperty("windows")[0].GetProperty("pace");
        Assert.InRange(pace.GetProperty("elapsed_percent").GetDouble(), 1, 3);

        await NextAsync(Reading(1, reset.AddHours(5)));
        Assert.Equal(1L, _wire.Scalar<long>("SELECT started_at IS NULL FROM quota_windows"));
    }

    [Fact]
    public async Task Account_OfTwoOrganisations_IsTwo()
    {
        await StartAsync();
        var reset = Now.AddHours(3);

        await StoredAsync(Reading(20, reset) with { Account = Account + ":org-1" }, Reading(92, reset) with { Account = Account + ":org-2" });

        Assert.Equal(["20", "92"], (await AccountsAsync()).Select(account => account.GetProperty("windows")[0].GetProperty("utilization").GetRawText()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Account_ThatOlderClientsNameAlone_IsTheSameAsWithItsOrganisation()
    {
        await StartAsync();
        var reset = Now.AddHours(3);
        await NextAsync(Reading(20, reset));
        await NextAsync(Reading(21, reset) with { Account = Account + ":org-1" });
        await NextAsync(Reading(22, reset));

        Assert.Equal("five_hour 22", await ShownAsync());
        Assert.Equal(Account + ":org-1", _wire!.Scalar<string>("SELECT account_key FROM quota_accounts"));

        // With a second organisation it is no longer clear which one an older client means.
        await NextAsync(Reading(90, reset) with { Account = Account + ":org-2" });
        await NextAsync(Reading(50, reset));
        await NextAsync(Reading(51, reset));
        await NextAsync(Reading(10, reset) with { Account = Account + ":org-3" });

        Assert.Equal("10 22 51 90", _wire.Scalar<string>("SELECT group_concat(used, ' ') FROM (SELECT used_milli / 1000 AS used FROM quota_windows ORDER BY 1)"));
    }

    [Fact]
    public async Task PlanWithoutAFiveHourLimit_IsNotShownAsUnused()
    {
        await StartAsync();
        await StoredAsync(Reading(30, Now.AddDays(3)) with { Window = "seven_day" });

        using var response = await _wire!.Receiver.Client.FetchAsync("/api/usage", bearer: RunningReceiver.ViewerToken);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("five_hour").ValueKind);
        Assert.Equal("seven_day 30", await ShownAsync());
    }

    [Fact]
    public async Task Window_ThatIsNoLongerTold_IsOverAfterItsLength_WhereNoResetIsKnown()
    {
        await StartAsync();
        await StoredAsync(Reading(85, null));
        Assert.False(Assert.Single(await AccountsAsync()).GetProperty("windows")[0].GetProperty("is_over").GetBoolean());

        _wire!.Time.Leap(TimeSpan.FromHours(5));

        Assert.True(Assert.Single(await AccountsAsync()).GetProperty("windows")[0].GetProperty("is_over").GetBoolean());
    }

    [Fact]
    public async Task KnownWindow_HasItsPlace_WhateverElseWasTold()
    {
        await StartAsync();
        await StoredAsync([.. Enumerable.Range(0, ReadingLimits.MaxWindows + 5).Select(i => Reading(1, null) with { Window = $"w{i}" })]);

        Assert.Equal(1, (await StoredAsync(Reading(42, Now.AddHours(3)))).Accepted);
    }

    [Fact]
    public async Task Batch_SentTwiceAndOutOfOrder_IsStoredOnce()
    {
        await StartAsync();
        ReportedReading[] batch = [.. Enumerable.Range(1, 50).Select(i => Reading(i, Now.AddHours(3)) with { ObservedAt = Now.AddMinutes(i - 60) })];

        Assert.Equal(25, (await StoredAsync(batch[25..])).Accepted);
        Assert.Equal(25, (await StoredAsync(batch)).Accepted);
        Assert.Equal(50, (await StoredAsync(batch)).Unchanged);
        Assert.Equal("five_hour 50", await ShownAsync());
    }

    [Fact]
    public async Task Account_OfAnotherUser_IsNotWrittenInto()
    {
        await StartAsync();
        await StoredAsync(Reading(42, Now.AddHours(3)));
        var other = await _wire!.SignUpAsync("ben@example.org");
        var key = new DeviceKey();
        using (await _wire.RegisterAsync(other, key))
        {
        }

        using var response = await _wire.SendAsync(Routes.QuotaReadings, other, Body(Reading(99, Now.AddHours(3)) with { ObservedAt = Now.AddSeconds(5) }), key);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(2, (await AccountsAsync()).Count);
        Assert.Equal(42_000L, _wire.Scalar<long>("SELECT used_milli FROM quota_windows JOIN quota_accounts USING (account_id) JOIN users ON user_id = owner WHERE users.email = 'amara@example.org'"));
    }

    [Fact]
    public async Task LimitHit_NamesItsWindow_IsAReadingOfTheOnlyAccount()
    {
        await StartAsync();
        await StoredAsync(Reading(97, Now.AddHours(3)));
        var user = _wire!.Scalar<long>("SELECT user_id FROM users");

        await _wire.Receiver.Service<ReadingIntake>().LimitsHitAsync(user, "amara@example.org", [new LimitHit("five_hour", Now.AddSeconds(30), Now.AddHours(3))]);

        Assert.Equal("five_hour 100", await ShownAsync());
        Assert.Equal("limit_hit", _wire.Scalar<string>("SELECT source FROM quota_windows"));
    }

    public static TheoryData<string> BadBodies => new()
    {
        "", "{", "[]", "null", """{"readings":null}""", """{"schema_version":1,"client":{"name":"ccflux","version":"1"},"readings":[]}""",
        One("\"window\":\"\""), One("\"window\":\"a b\""), One("\"window\":\"<script>\""), One("\"used_percentage\":-1"), One("\"used_percentage\":1e9"),
        One("\"used_percentage\":\"42\""), One("\"used_percentage\":1e999"), One("\"observed_at\":\"1999-01-01T00:00:00Z\""), One("\"resets_at\":\"9999-01-01T00:00:00Z\""),
        """{"\ud800":1}""", One("\"window\":\"\\ud800\""), One("\"account\":\"\\udc00\""), One("\"\\ud83d\":1"),
        One("\"account\":\"\""), One("\"account\":null"), One("\"account\":\"a\\u0000b\""), One("\"schema\":1").Replace("\"schema_version\":1", "\"schema_version\":7", StringComparison.Ordinal),
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Body_ThatIsNone_IsRefusedInWords(string body)
    {
        await StartAsync();

        await Wire.AssertRefusedAsync(await _wire!.SendAsync(Routes.QuotaReadings, _access, Encoding.UTF8.GetBytes(body), _key), 400, ErrorCodes.InvalidPayload);
    }

    [Fact]
    public async Task Request_UnsignedForeignOrInTheFuture_IsRefused()
    {
        await StartAsync();
        var body = Body(Reading(42, Now.AddHours(3)));

        await Wire.AssertRefusedAsync(await _wire!.SendAsync(Routes.QuotaReadings, null, body, _key), 401, ErrorCodes.TokenInvalid);
        await Wire.AssertRefusedAsync(await _wire.SendAsync(Routes.QuotaReadings, _access, body), 403, ErrorCodes.SignatureRequired);
        await Wire.AssertRefusedAsync(await _wire.SendAsync(Routes.QuotaReadings, _access, body, new DeviceKey()), 403, ErrorCodes.KeyNotRegistered);
        await Wire.AssertRefusedAsync(await _wire.SendAsync(Routes.QuotaReadings, _access, body, _key, Now.AddMinutes(-6)), 403, ErrorCodes.TimestampStale);
        var future = Body(Reading(42, Now.AddHours(3)) with { ObservedAt = Now.AddMinutes(6) });
        await Wire.AssertRefusedAsync(await _wire.SendAsync(Routes.QuotaReadings, _access, future, _key), 400, ErrorCodes.FutureTurns);
        var farOff = Body(Reading(42, null) with { ObservedAt = DateTimeOffset.MaxValue });
        await Wire.AssertRefusedAsync(await _wire.SendAsync(Routes.QuotaReadings, _access, farOff, _key), 400, ErrorCodes.FutureTurns);
        var many = Body([.. Enumerable.Range(0, 21).Select(i => Reading(42, null) with { Account = $"account-{i}" })]);
        await Wire.AssertRefusedAsync(await _wire.SendAsync(Routes.QuotaReadings, _access, many, _key), 400, ErrorCodes.InvalidPayload);
        Assert.Equal(0L, _wire.Scalar<long>("SELECT count(*) FROM quota_accounts"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_wire is not null)
        {
            await _wire.DisposeAsync();
        }
    }

    private static string One(string replacing)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["window"] = "\"five_hour\"",
            ["used_percentage"] = "42",
            ["observed_at"] = "\"2026-11-20T11:00:00Z\"",
            ["account"] = "\"a\"",
        };
        var parts = replacing.Split(':', 2);
        fields[parts[0].Trim('"')] = parts[1];
        return $$"""{"schema_version":1,"client":{"name":"ccflux","version":"1"},"readings":[{{{string.Join(',', fields.Select(field => $"\"{field.Key}\":{field.Value}"))}}}]}""";
    }

    private static byte[] Body(params ReportedReading[] readings) => JsonSerializer.SerializeToUtf8Bytes(
        new ReadingBatch { Client = new ClientInfo { Name = "ccflux", Version = "1.0.0" }, Readings = readings }, QuotaJson.Default.ReadingBatch);

    private async Task StartAsync()
    {
        _wire = await Wire.StartAsync(("RATE_LIMIT_PER_MINUTE", "1000"));
        _access = await _wire.SignUpAsync();
        using var registered = await _wire.RegisterAsync(_access, _key);
        Assert.Equal(200, (int)registered.StatusCode);
    }

    private ReportedReading Reading(double used, DateTimeOffset? reset) =>
        new() { Window = "five_hour", UsedPercentage = used, ResetsAt = reset, ObservedAt = Now, Account = Account };

    private IEnumerable<ReportedReading> FromStatusLine(string rateLimits)
    {
        using var document = JsonDocument.Parse(rateLimits);
        foreach (var window in document.RootElement.EnumerateObject())
        {
            DateTimeOffset? reset = window.Value.TryGetProperty("resets_at", out var at) ? DateTimeOffset.FromUnixTimeSeconds(at.GetInt64()) : null;
            var reading = Reading(window.Value.GetProperty("used_percentage").GetDouble(), reset);
            yield return reading with { Window = window.Name };
        }
    }

    private async Task<ReadingsReply> StoredAsync(params ReportedReading[] readings)
    {
        using var response = await _wire!.SendAsync(Routes.QuotaReadings, _access, Body(readings), _key);
        Assert.Equal("200 ", $"{(int)response.StatusCode} {Wire.Header(response, ErrorCodes.Header)}");
        return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), QuotaJson.Default.ReadingsReply)!;
    }

    /// <summary>Sends a reading a minute later.</summary>
    private async Task<ReadingsReply> NextAsync(ReportedReading reading)
    {
        var reply = await StoredAsync(reading);
        _wire!.Time.Advance(TimeSpan.FromMinutes(1));
        return reply;
    }

    private async Task<List<JsonElement>> AccountsAsync()
    {
        using var response = await _wire!.Receiver.Client.FetchAsync("/api/usage", bearer: RunningReceiver.ViewerToken);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return [.. document.RootElement.GetProperty("accounts").EnumerateArray().Select(account => account.Clone())];
    }

    private async Task<string> ShownAsync()
    {
        var account = Assert.Single(await AccountsAsync());
        return string.Join(", ", account.GetProperty("windows").EnumerateArray().Select(window =>
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{window.GetProperty("window").GetString()} {window.GetProperty("utilization").GetDouble()}")));
    }
}
