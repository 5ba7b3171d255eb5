using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Telemetry;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Receiver.Tests.Hosting;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>What clients state about themselves: which values are kept, for whom, for which time and for how long.</summary>
public sealed class LabelTests
{
    private static readonly (string, string?) Asked = ("TELEMETRY_ATTRIBUTES", "team, cost_center");
    private static readonly (string Key, object Value) Amara = ("user.email", "amara@example.org");

    [Fact]
    public async Task Json_OfARecord_KeepsPlanSeatTypeAndTheOrganisationsAttributes_AndNothingElse()
    {
        await using var host = await OtlpHost.StartAsync(Asked);

        await SendAsync(host, Otlp.LogsOf(
            [("service.name", "claude-code"), ("team", "Data & Platform"), ("cost_center", 4711L), ("floor", "third")], "",
            Otlp.Request("r1", more: [Amara, ("anthropic.plan", "team"), ("anthropic.seat_type", "premium"), ("anthropic.provider", "firstParty"), ("prompt", "secret")])));

        Assert.Equal(["anthropic.plan=team", "anthropic.seat_type=premium", "cost_center=4711", "team=Data & Platform"], Stored(host));
    }

    [Fact]
    public async Task Points_StateLabelsToo()
    {
        await using var host = await OtlpHost.StartAsync(Asked);

        using var sent = await host.PostJsonAsync("metrics", Otlp.MetricOf(
            [("service.name", "claude-code"), ("team", "platform")], "claude_code.token.usage", 1, Otlp.Point(5, Otlp.Noon, Otlp.Noon.AddMinutes(1), more: ("anthropic.plan", "max"))));

        Assert.Equal(["anthropic.plan=max", "team=platform"], Stored(host));
    }

    /// <summary>The record's own attribute takes precedence over the scope's, and that over the resource's; an empty one states nothing.</summary>
    [Theory]
    [InlineData("resource", "scope", "record", "record")]
    [InlineData("resource", "scope", null, "scope")]
    [InlineData("resource", "scope", "", "scope")]
    [InlineData("resource", null, null, "resource")]
    [InlineData(null, null, "record", "record")]
    [InlineData(null, null, null, null)]
    public async Task Levels_InJsonAndProtobuf_GiveTheNearest(string? resource, string? scope, string? record, string? expected)
    {
        var bodies = new (byte[] Body, string Type)[]
        {
            (Encoding.UTF8.GetBytes(LevelsAsJson(resource, scope, record)), "application/json"),
            (LevelsAsProtobuf(resource, scope, record), "application/x-protobuf"),
        };
        foreach (var (body, type) in bodies)
        {
            await using var host = await OtlpHost.StartAsync(Asked);
            using var answer = await host.PostAsync("logs", body, type);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(1, host.Scalar<long>("SELECT count(*) FROM telemetry_events"));
            Assert.Equal(expected is null ? [] : [$"team={expected}"], Stored(host));
        }
    }

    [Theory]
    [InlineData("json-full")]
    [InlineData("pb-tools")]
    public async Task ManagedSettings_OfARecordedRun_AreKeptAsNone(string run)
    {
        await using var host = await OtlpHost.StartAsync();

        await host.ReplayAsync(run, "logs");

        Assert.Equal(["managed_settings=none"], Stored(host));
        Assert.Equal(0, host.Scalar<long>("SELECT count(*) FROM telemetry_events WHERE kind = 'managed_settings_resolved'"));
        Assert.Equal(0, host.Scalar<long>("SELECT count(*) FROM telemetry_seen WHERE name LIKE 'managed%' OR name LIKE 'anthropic%'"));
    }

    [Fact]
    public async Task ManagedSettings_OfSeveralSources_AreKeptInTheirOrder_InJsonAndProtobuf()
    {
        await using var host = await OtlpHost.StartAsync();

        await SendAsync(host, Otlp.Logs(Settings("policy", "file")));
        Assert.Equal(["managed_settings=policy+file"], Stored(host));

        var attribute = Proto.Pair("managed_settings.sources", Proto.Field(5, [.. Proto.Field(1, Proto.Text(1, "remote")), .. Proto.Field(1, Proto.Text(1, "helper"))]));
        using var answer = await host.PostAsync("logs", Proto.Log("managed_settings_resolved", [], [], [attribute]), "application/x-protobuf");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["managed_settings=policy+file", "managed_settings=remote+helper"], Stored(host));
    }

    [Fact]
    public async Task Setting_ThatIsOff_KeepsNoneOfTheOrganisationsAttributes()
    {
        await using var host = await OtlpHost.StartAsync();

        await SendAsync(host, Otlp.LogsOf([("service.name", "claude-code"), ("team", "platform")], "", Otlp.Request("r1", more: [("cost_center", "x"), ("anthropic.plan", "pro")])));

        Assert.Equal(["anthropic.plan=pro"], Stored(host));
    }

    [Theory]
    [InlineData("team,1st", "'1st' is not a valid attribute name")]
    [InlineData("te am", "'te am' is not a valid attribute name")]
    [InlineData("user.email", "'user.email' is not the organisation's own")]
    [InlineData("prompt", "'prompt' is not the organisation's own")]
    [InlineData("process.command_args", "'process.command_args' is not the organisation's own")]
    [InlineData("vcs.ref.head.name", "'vcs.ref.head.name' is not the organisation's own")]
    [InlineData("anthropic.plan", "'anthropic.plan' is not the organisation's own")]
    [InlineData("a,b,c,d,e,f,g,h,i", "at most 8 attributes may be named; there are 9")]
    public async Task Setting_ThatIsWrong_IsRefusedAtStart(string value, string expected)
    {
        var fault = await Assert.ThrowsAsync<InvalidSettingsException>(() => RunningReceiver.StartAsync(null, ("TELEMETRY_ATTRIBUTES", value)));

        Assert.Contains($"TELEMETRY_ATTRIBUTES: {expected}", Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Setting_MayNameEightAttributes_AndOnesThatCollectorsAdd()
    {
        Assert.Empty(LabelNames.FaultsOf("team.id,department,cost_center,a,b,c,host.name,Z-9,team.id"));
        Assert.Empty(LabelNames.FaultsOf(null));
        Assert.Empty(LabelNames.FaultsOf(" , "));
    }

    [Theory]
    [InlineData("platform", "platform")]
    [InlineData("  Data \t Platform \n", "Data Platform")]
    [InlineData("Größe 日本", "Größe 日本")]
    [InlineData("a\u0000b\u0007c\u001b[31m", "abc[31m")]
    [InlineData("a\u202Eb\u200Bc\uFEFF", "abc")]
    [InlineData("a|b", "ab")]
    [InlineData("(none)", "")]
    [InlineData(" \u0001 ", "")]
    [InlineData("<script>alert(1)</script>", "<script>alert(1)</script>")]
    public void Value_IsOneLineOfWhatIsSeen(string sent, string kept) => Assert.Equal(kept, SafeText.Label(Encoding.UTF8.GetBytes(sent)));

    [Fact]
    public void Value_ThatIsLongOrNoText_IsCut()
    {
        Assert.Equal(new string('x', 64), SafeText.Label(Encoding.UTF8.GetBytes(new string('x', 5000))));
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 32)), SafeText.Label(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("😀", 100)))));
        Assert.Equal("ab", SafeText.Label([(byte)'a', 0xFF, 0xC0, (byte)'b', 0xE2, 0x82]));
    }

    [Fact]
    public async Task Values_ByTheThousand_LeaveTheLatestSixteen_AndAreCounted()
    {
        await using var host = await OtlpHost.StartAsync(Asked);
        var alice = await TokenAsync(host, "alice@example.org");

        await SendAsync(host, Otlp.Logs([.. Enumerable.Range(0, 2000).Select(index => Otlp.Request($"a{index}", more: ("team", $"flood {index}")))]), alice);
        await SendAsync(host, Otlp.Logs(Otlp.Request("last", at: Otlp.Noon.AddMinutes(5), more: ("team", "honest"))), alice);

        Assert.Equal(2001, host.Scalar<long>("SELECT count(*) FROM telemetry_events"));
        Assert.Equal(LabelCache.MaxValues, host.Scalar<long>("SELECT count(*) FROM telemetry_labels"));
        Assert.Equal(1, host.Scalar<long>("SELECT count(*) FROM telemetry_labels WHERE value = 'honest'"));
        Assert.True(host.Scalar<long>("SELECT count FROM telemetry_seen WHERE kind = 'capped' AND name = 'label'") > 0);
    }

    [Fact]
    public async Task Value_OlderThanAllThatAreKept_ReplacesNone()
    {
        await using var host = await OtlpHost.StartAsync(Asked);
        await SendAsync(host, Otlp.Logs([.. Enumerable.Range(0, LabelCache.MaxValues).Select(index => Otlp.Request($"r{index}", more: [Amara, ("team", $"team {index}")]))]));

        await SendAsync(host, Otlp.Logs(Otlp.Request("late", at: Otlp.Noon.AddDays(-2), more: [Amara, ("team", "long ago")])));

        Assert.DoesNotContain("team=long ago", Stored(host));
        Assert.Equal(LabelCache.MaxValues, Stored(host).Count);
    }

    [Fact]
    public async Task Rows_BeyondTheBound_AreNotAddedForClaims_ButForAUsersOwnToken()
    {
        await using var host = await OtlpHost.StartAsync(Asked);
        var alice = await TokenAsync(host, "alice@example.org");
        await host.Receiver.Service<Ccflux.Storage.Writing.GroupCommitWriter>().WriteAsync(session => session.Execute($"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {LabelCache.MaxRows})
            INSERT INTO telemetry_labels SELECT 1000000 + i, 'team', 'x', 1, 1 FROM n
            """));

        await SendAsync(host, Otlp.Logs(Otlp.Request("r1", more: [Amara, ("team", "claimed")])));
        await SendAsync(host, Otlp.Logs(Otlp.Request("r2", more: ("team", "own"))), alice);

        Assert.Equal(["own"], host.Query<string>("SELECT value FROM telemetry_labels WHERE subject_id < 1000000"));
        Assert.Equal(1, host.Scalar<long>("SELECT count FROM telemetry_seen WHERE kind = 'capped' AND name = 'label'"));
    }

    [Fact]
    public async Task Row_IsWrittenByTheHourAndTheDay_NotByTheRecord()
    {
        await using var host = await OtlpHost.StartAsync(Asked);
        async Task<(long First, long Last)> AfterAsync(DateTimeOffset at)
        {
            await SendAsync(host, Otlp.Logs(Otlp.Request($"r{at.Ticks}", at: at, more: [Amara, ("team", "platform")])));
            return host.Query<(long, long)>("SELECT first_at, last_at FROM telemetry_labels").Single();
        }

        static long Ms(DateTimeOffset at) => at.ToUnixTimeMilliseconds();
        var start = Otlp.Noon.AddDays(-1).Date.AddHours(22.5);
        var late = new DateTimeOffset(start, TimeSpan.Zero);

        Assert.Equal((Ms(late), Ms(late)), await AfterAsync(late));
        Assert.Equal((Ms(late), Ms(late)), await AfterAsync(late.AddMinutes(59)));
        Assert.Equal((Ms(late), Ms(late.AddMinutes(60))), await AfterAsync(late.AddMinutes(60)));
        Assert.Equal((Ms(late), Ms(late.AddMinutes(90))), await AfterAsync(late.AddMinutes(90)));
        Assert.Equal((Ms(late), Ms(late.AddMinutes(90))), await AfterAsync(late.AddMinutes(-30)));
        Assert.Equal((Ms(late.AddHours(-3)), Ms(late.AddMinutes(90))), await AfterAsync(late.AddHours(-3)));
    }

    [Fact]
    public async Task Attribute_ThatIsNoLongerNamed_IsHiddenAtOnce_AndRemovedAfterTheRetention()
    {
        await using var host = await OtlpHost.StartAsync(Asked);
        await SendAsync(host, Otlp.Logs(Otlp.Request("r1", more: [Amara, ("team", "platform"), ("cost_center", "cc-1"), ("anthropic.plan", "team")])));
        await host.RestartAsync(("TELEMETRY_ATTRIBUTES", "cost_center"));

        var view = await ReadAsync(host);
        Assert.Equal(["cost_center", "anthropic.plan", "anthropic.seat_type", "managed_settings"], view.Choices.Labels.Select(label => label.Name));
        Assert.DoesNotContain("platform", JsonSerializer.Serialize(view), StringComparison.Ordinal);
        Assert.Contains("team=platform", Stored(host));

        host.Time.Leap(TimeSpan.FromDays(31));
        var housekeeping = host.Receiver.Services<Microsoft.Extensions.Hosting.IHostedService>().OfType<TelemetryHousekeeping>().Single();
        Assert.True(await housekeeping.RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal(["anthropic.plan=team", "cost_center=cc-1"], Stored(host));
    }

    /// <summary>Some attributes are put on the resource by collectors. Naming one must not create different streams of the same counters.</summary>
    [Fact]
    public async Task CumulativeCounter_AfterItsResourcesAttributeIsNamed_IsCountedOn()
    {
        static string Sum(int value, int minute) => Otlp.MetricOf(
            [("service.name", "claude-code"), ("department", "research"), ("anthropic.plan", "team")], "claude_code.token.usage", 2, Otlp.Point(value, Otlp.Noon, Otlp.Noon.AddMinutes(minute)));

        await using var host = await OtlpHost.StartAsync();
        using var before = await host.PostJsonAsync("metrics", Sum(100, 1));
        await host.RestartAsync(("TELEMETRY_ATTRIBUTES", "department"));
        using var after = await host.PostJsonAsync("metrics", Sum(130, 2));

        Assert.Equal(130, host.Scalar<long>("SELECT sum(output_tokens) FROM telemetry_hours"));
        Assert.Equal(["anthropic.plan=team", "department=research"], Stored(host));
    }

    [Fact]
    public async Task Token_SaysWhoseALabelIs_WhateverTheRecordClaims()
    {
        await using var host = await OtlpHost.StartAsync(Asked);
        var (alice, bob) = (await TokenAsync(host, "alice@example.org"), await TokenAsync(host, "bob@example.org"));
        await SendAsync(host, Otlp.Logs(Otlp.Request("b1", more: ("team", "bobs"))), bob);

        await SendAsync(host, Otlp.Logs(Otlp.Request("a1", at: Otlp.Noon.AddMinutes(9), more: [("user.email", "bob@example.org"), ("user.id", "bobs-machine"), ("team", "evil")])), alice);

        Assert.Equal(
            ["alice@example.org evil", "bob@example.org bobs"],
            host.Query<string>("SELECT u.email || ' ' || l.value FROM telemetry_labels l JOIN telemetry_subjects s USING (subject_id) JOIN users u USING (user_id) ORDER BY 1"));
    }

    [Fact]
    public async Task Collector_WithRecordsOfSeveralPeople_KeepsEachOnesOwn()
    {
        await using var host = await OtlpHost.StartAsync(Asked);

        await SendAsync(host, Otlp.Logs([.. Enumerable.Range(0, 30).Select(index =>
            Otlp.Request($"r{index}", more: [("user.email", $"p{index % 3}@example.org"), ("team", $"team {index % 3}")]))]));

        Assert.Equal(
            ["p0@example.org team 0", "p1@example.org team 1", "p2@example.org team 2"],
            host.Query<string>("SELECT s.name || ' ' || l.value FROM telemetry_labels l JOIN telemetry_subjects s USING (subject_id) ORDER BY 1"));
    }

    private static JsonObject Settings(params string[] sources)
    {
        var record = Otlp.Event("managed_settings_resolved", null, ("session.id", "s1"), ("user.id", "install-1"));
        record["attributes"]!.AsArray().Add(new JsonObject
        {
            ["key"] = "managed_settings.sources",
            ["value"] = new JsonObject { ["arrayValue"] = new JsonObject { ["values"] = new JsonArray([.. sources.Select(source => new JsonObject { ["stringValue"] = source })]) } },
        });
        return record;
    }

    private static string LevelsAsJson(string? resource, string? scope, string? record)
    {
        static (string, object)[] Team(string? value) => value is null ? [] : [("team", value)];
        var message = JsonNode.Parse(Otlp.LogsOf([("service.name", "claude-code"), .. Team(resource)], "com.anthropic.claude_code.events", Otlp.Request("r1", more: Team(record))))!;
        if (scope is not null)
        {
            message["resourceLogs"]![0]!["scopeLogs"]![0]!["scope"]!["attributes"] = new JsonArray(new JsonObject { ["key"] = "team", ["value"] = new JsonObject { ["stringValue"] = scope } });
        }

        return message.ToJsonString();
    }

    private static byte[] LevelsAsProtobuf(string? resource, string? scope, string? record)
    {
        static byte[][] Team(string? value) => value is null ? [] : [Proto.Pair("team", Proto.Text(1, value))];
        return Proto.Log("api_request", [Proto.Pair("service.name", Proto.Text(1, "claude-code")), .. Team(resource)], Team(scope), [Proto.Pair("request_id", Proto.Text(1, "r1")), .. Team(record)]);
    }

    private static async Task SendAsync(OtlpHost host, string logs, string token = OtlpHost.Token)
    {
        using var answer = await host.PostJsonAsync("logs", logs, token);
        Assert.Equal("{}", await OtlpHost.TextOfAsync(answer));
    }

    private static Task<TelemetryPageView> ReadAsync(OtlpHost host)
    {
        var today = DateOnly.FromDateTime(Otlp.Noon.UtcDateTime);
        return host.Receiver.Service<TelemetryPageQuery>().ReadAsync(new TelemetryFilter("today", today, today), new CallPart(0, 20), DataScope.Everybody, TestContext.Current.CancellationToken);
    }

    private static async Task<string> TokenAsync(OtlpHost host, string email)
    {
        await host.Receiver.Service<UserAdministration>().AddAsync(Actor.System, email, null);
        return (await host.Receiver.Service<TelemetryTokens>().IssueAsync(Actor.System, email)).Token!;
    }

    private static IReadOnlyList<string> Stored(OtlpHost host) => host.Query<string>("SELECT name || '=' || value FROM telemetry_labels ORDER BY 1");

    /// <summary>Just enough protobuf to write a log record manually.</summary>
    private static class Proto
    {
        public static byte[] Field(int number, byte[] content) => [.. Varint((ulong)((number << 3) | 2)), .. Varint((ulong)content.Length), .. content];

        public static byte[] Text(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

        /// <param name="name">The attribute.</param>
        /// <param name="value">An AnyValue.</param>
        public static byte[] Pair(string name, byte[] value) => [.. Text(1, name), .. Field(2, value)];

        /// <summary>A request with one record, with the pairs of each level.</summary>
        public static byte[] Log(string name, byte[][] resource, byte[][] scope, byte[][] record)
        {
            byte[] time = [(1 << 3) | 1, .. BitConverter.GetBytes((ulong)Otlp.Noon.ToUnixTimeMilliseconds() * 1_000_000)];
            byte[] log = [.. time, .. Text(12, "claude_code." + name), .. record.SelectMany(pair => Field(6, pair))];
            byte[] scopes = [.. Field(1, [.. Text(1, "com.anthropic.claude_code.events"), .. scope.SelectMany(pair => Field(3, pair))]), .. Field(2, log)];
            return Field(1, [.. Field(1, [.. resource.SelectMany(pair => Field(1, pair))]), .. Field(2, scopes)]);
        }

        private static IEnumerable<byte> Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
            {
                yield return (byte)(value | 0x80);
            }

            yield return (byte)value;
        }
    }
}
