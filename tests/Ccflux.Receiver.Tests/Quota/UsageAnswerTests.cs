using System.Text;
using Ccflux.Contracts.Quota;
using Ccflux.Receiver.Quota.Sources;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>What is read from the vendor's answers: known windows never depend on unknown fields.</summary>
public sealed class UsageAnswerTests
{
    private const string Known = "\"five_hour\":{\"utilization\":42.0,\"resets_at\":\"2026-11-20T15:00:00Z\"},\"seven_day\":{\"utilization\":17,\"resets_at\":\"2026-11-25T15:00:00Z\"}";

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, string> OddFields => new()
    {
        { "\"extra_usage\":{\"utilization\":1500.5}", "extra_usage" },
        { "\"extra_usage\":{\"utilization\":\"half\"}", "extra_usage" },
        { "\"mango\":{\"utilization\":[1]}", "mango" },
        { "\"mango\":{\"utilization\":-1}", "mango" },
        { "\"limits\":[null,7,[],{}]", "limits" },
        { "\"limits\":[{\"kind\":{},\"percent\":1}]", "limits" },
        { "\"limits\":[{\"kind\":\"weekly_scoped\",\"percent\":\"x\",\"scope\":{\"model\":{\"display_name\":\"Kiwi\"}}}]", "seven_day_kiwi" },
        { "\"\\ud800\":1", "another field" },
    };

    [Theory]
    [MemberData(nameof(OddFields))]
    public void OddField_IsLeftOutAndNamed_AndTheKnownWindowsStay(string field, string leftOut)
    {
        foreach (var body in new[] { $"{{{field},{Known}}}", $"{{{Known},{field}}}" })
        {
            var answer = Parse(body)!;

            Assert.Equal([("five_hour", 42d), ("seven_day", 17d)], answer.Readings.Select(reading => (reading.Window, reading.UsedPercent)));
            Assert.Equal(Now.AddHours(3), answer.Readings[0].ResetsAt);
            Assert.Equal([leftOut], answer.LeftOut);
        }
    }

    [Theory]
    [InlineData("\"\"", null, true)]
    [InlineData("\"soon\"", null, true)]
    [InlineData("{}", null, true)]
    [InlineData("5", null, true)]
    [InlineData("1e300", null, true)]
    [InlineData("\"\\ud800\"", null, true)]
    [InlineData("null", null, false)]
    [InlineData("1763650800", "2025-11-20T15:00:00Z", false)]
    [InlineData("\"2026-11-20T15:00:00.000000+00:00\"", "2026-11-20T15:00:00Z", false)]
    public void Reset_OfAnotherForm_LeavesTheFigureWithoutOne(string reset, string? expected, bool isOdd)
    {
        var answer = Parse($"{{{Known},\"seven_day_cowork\":{{\"utilization\":3,\"resets_at\":{reset}}}}}")!;

        Assert.Equal(3, answer.Readings.Count);
        var reading = answer.Readings[^1];
        Assert.Equal((3d, expected), (reading.UsedPercent, reading.ResetsAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(isOdd, answer.LeftOut.Count == 1);
    }

    [Fact]
    public void DeepUnknownField_HidesNothing()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100);

        Assert.Equal(2, Parse($"{{\"new\":{deep},{Known}}}")!.Readings.Count);
    }

    [Fact]
    public void ManyUnknownWindows_LeaveTheKnownTheirPlace()
    {
        var many = string.Concat(Enumerable.Range(0, 100).Select(i => $"\"new_{i}\":{{\"utilization\":1}},"));

        var windows = Parse($"{{{many}{Known}}}")!.Readings;

        Assert.Equal(ReadingLimits.MaxWindows, windows.Count);
        Assert.Equal(["five_hour", "seven_day"], windows.Take(2).Select(reading => reading.Window));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"five_hour\":")]
    [InlineData("{\"usage\":{\"windows\":[]}}")]
    [InlineData("{\"five_hour\":42}")]
    [InlineData("{\"five_hour\":{\"utilization\":\"42\"},\"seven_day\":{\"utilization\":{}}}")]
    [InlineData("{\"limits\":[null]}")]
    [InlineData("{\"limits\":[]}")]
    public void Answer_WithoutAReadableWindow_IsNone(string body) => Assert.Null(Parse(body));

    [Theory]
    [InlineData("{\"five_hour\":null,\"seven_day\":null}")]
    [InlineData("{\"five_hour\":{\"utilization\":null,\"resets_at\":null}}")]
    public void Answer_OfAnAccountThatUsedNothing_HasNoReadings(string body) => Assert.Empty(Parse(body)!.Readings);

    [Fact]
    public void PlanWithoutAFiveHourLimit_HasTheWeekAlone() =>
        Assert.Equal(["seven_day"], Parse("{\"seven_day\":{\"utilization\":5,\"resets_at\":null}}")!.Readings.Select(reading => reading.Window));

    [Fact]
    public void LimitOfOneModel_HasOneNameWhereverItStands()
    {
        var listed = Parse($"{{{Known},\"limits\":[{{\"kind\":\"session\",\"percent\":1}},{{\"kind\":\"weekly_scoped\",\"percent\":100,\"scope\":{{\"model\":{{\"id\":null,\"display_name\":\"Fable\"}}}}}}]}}")!;
        var named = Parse($"{{\"seven_day_fable\":{{\"utilization\":100}},{Known}}}")!;

        Assert.Equal(["five_hour", "seven_day", "seven_day_fable"], listed.Readings.Select(reading => reading.Window));
        Assert.Equal(listed.Readings.Select(reading => reading.Window), named.Readings.Select(reading => reading.Window));
        Assert.Equal(42, listed.Readings[0].UsedPercent);
    }

    [Theory]
    [InlineData("session", "five_hour")]
    [InlineData("weekly_all", "seven_day")]
    [InlineData("weekly_scoped:fable", "seven_day_fable")]
    [InlineData("weekly_scoped:Opus 5.5", "seven_day_opus_5_5")]
    [InlineData("seven_day_opus-5.5", "seven_day_opus_5_5")]
    [InlineData("seven_day_oauth_apps", "seven_day_oauth_apps")]
    [InlineData("five_hour", "five_hour")]
    [InlineData("weekly_scoped", "weekly_scoped")]
    [InlineData("weekly_scoped:", "weekly_scoped:")]
    [InlineData("thirty_day.new", "thirty_day.new")]
    public void Name_IsTheOneThatHolds(string told, string expected)
    {
        Assert.Equal(expected, LimitNames.Canonical(told));
        Assert.Equal(expected, LimitNames.Canonical(expected));
    }

    [Fact]
    public void ModelOfALimit_IsWrittenAsModelsAre() => Assert.Equal("opus-5-5", LimitNames.ModelOf(LimitNames.OfKind("weekly_scoped", "Opus 5.5")));

    private static UsageAnswer? Parse(string body) => UsageAnswer.Parse(Encoding.UTF8.GetBytes(body), Now);
}
