using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccflux.Hook.Commands;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>Days, weeks, months and blocks of <c>ccflux usage</c>, and which of them count.</summary>
public sealed class UsageTimesTests : IDisposable
{
    private readonly SessionFolder _folder = new();
    private int _turns;

    [Theory]
    [InlineData("UTC", "2026-03-23T15:50:30Z", "2026-03-23")]
    [InlineData("Asia/Seoul", "2026-03-23T15:50:30Z", "2026-03-24")]
    [InlineData("America/Los_Angeles", "2026-03-24T06:59:59Z", "2026-03-23")]
    [InlineData("Pacific/Apia", "2026-11-20T10:59:59Z", "2026-11-20")]
    [InlineData("Pacific/Apia", "2026-11-20T11:00:00Z", "2026-11-21")]
    // The day when summer time starts has 23 hours, the day when it ends 25.
    [InlineData("Europe/Berlin", "2026-03-28T22:59:59Z", "2026-03-28")]
    [InlineData("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29")]
    [InlineData("Europe/Berlin", "2026-03-29T21:59:59Z", "2026-03-29")]
    [InlineData("Europe/Berlin", "2026-03-29T22:00:00Z", "2026-03-30")]
    [InlineData("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25")]
    [InlineData("Europe/Berlin", "2026-10-25T22:59:59Z", "2026-10-25")]
    [InlineData("Europe/Berlin", "2026-10-25T23:00:00Z", "2026-10-26")]
    // Half an hour: +11:00 in summer, +10:30 in winter.
    [InlineData("Australia/Lord_Howe", "2026-04-04T12:59:59Z", "2026-04-04")]
    [InlineData("Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05")]
    [InlineData("Australia/Lord_Howe", "2026-04-05T13:29:59Z", "2026-04-05")]
    [InlineData("Australia/Lord_Howe", "2026-04-05T13:30:00Z", "2026-04-06")]
    [InlineData("Australia/Lord_Howe", "2026-10-03T13:29:59Z", "2026-10-03")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T12:59:59Z", "2026-10-04")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T13:00:00Z", "2026-10-05")]
    public void ByDay_PutsATurnOnTheDayOfTheZone(string zone, string at, string day)
    {
        Turn(at);

        Assert.Equal([day], Keys("--timezone", zone));
        Assert.Equal([day], Keys(TimeZoneInfo.FindSystemTimeZoneById(zone)));
        Assert.Equal([day], Keys("--timezone", zone, "--since", day, "--until", day));
        Assert.Empty(Keys("--timezone", zone, "--since", Next(day, 1)));
        Assert.Empty(Keys("--timezone", zone, "--until", Next(day, -1)));
    }

    [Fact]
    public void ByWeek_BeginsOnMonday()
    {
        Turn("2026-11-22T23:59:59Z", "2026-11-23T00:00:00Z", "2026-11-29T23:59:59Z", "2026-11-30T00:00:00Z");

        Assert.Equal(["2026-11-16", "2026-11-23", "2026-11-30"], Keys("--by", "week"));
        Assert.Equal(["2026-11-23", "2026-11-30"], Keys("--by", "week", "--timezone", "Asia/Seoul"));
    }

    [Fact]
    public void ByMonth_IsThatOfTheZone()
    {
        Turn("2025-12-31T23:30:00Z", "2026-01-15T00:00:00Z", "2026-02-01T00:30:00Z");

        Assert.Equal(["2025-12", "2026-01", "2026-02"], Keys("--by", "month"));
        Assert.Equal(["2026-01", "2026-02"], Keys("--by", "month", "--timezone", "Europe/Berlin"));
        Assert.Equal(["2025-12", "2026-01"], Keys("--by", "month", "--timezone", "America/New_York"));
    }

    [Fact]
    public void ByBlock_BeginsAtTheHourOfTheFirstTurn_AndIsFiveHoursLong()
    {
        Turn("2026-11-20T09:42:00Z", "2026-11-20T13:59:59Z", "2026-11-20T14:00:00Z", "2026-11-20T18:30:00Z", "2026-11-20T19:00:00Z", "2026-11-22T23:10:00Z");

        var rows = Json("--by", "block").GetProperty("rows").EnumerateArray().ToDictionary(row => row.GetProperty("key").GetString()!, row => row.GetProperty("messages").GetInt32());

        Assert.Equal(
            new Dictionary<string, int>(StringComparer.Ordinal)
            {
                ["2026-11-20T09:00+00:00"] = 2,
                ["2026-11-20T14:00+00:00"] = 2,
                ["2026-11-20T19:00+00:00"] = 1,
                ["2026-11-22T23:00+00:00"] = 1,
            },
            rows);
        Assert.Equal("2026-11-23T04:30+05:30", Keys("--by", "block", "--timezone", "Asia/Kolkata")[^1]);
    }

    [Fact]
    public void ByBlock_OfTurnsThatAreLeftOut_StillBegins()
    {
        Turn("2026-11-20T22:10:00Z", "2026-11-21T00:30:00Z", "2026-11-21T02:59:00Z", "2026-11-21T03:00:00Z");

        var rows = Json("--by", "block", "--since", "2026-11-21").GetProperty("rows").EnumerateArray().Select(row => (row.GetProperty("key").GetString(), row.GetProperty("messages").GetInt32()));

        Assert.Equal([("2026-11-20T22:00+00:00", 2), ("2026-11-21T03:00+00:00", 1)], rows);
    }

    [Fact]
    public void ByBlock_OverTheEndOfSummerTime_ShowsWhichOfTheTwoHoursItIs()
    {
        Turn("2026-10-25T00:10:00Z", "2026-10-25T05:00:00Z");

        Assert.Equal(["2026-10-25T02:00+02:00", "2026-10-25T06:00+01:00"], Keys("--by", "block", "--timezone", "Europe/Berlin"));
    }

    [Fact]
    public void Range_CountsForTotalsAndUnpricedModelsToo()
    {
        Turn("2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z");
        Turn(["2026-11-22T10:00:00Z"], "some-model");

        var usage = Json("--by", "model", "--since", "2026-11-21", "--until", "2026-11-21");

        Assert.Equal(1, usage.GetProperty("totals").GetProperty("messages").GetInt32());
        Assert.Equal(0, usage.GetProperty("unpriced_models").GetArrayLength());
        Assert.Equal(("2026-11-21", "2026-11-21", "UTC"), (usage.GetProperty("since").GetString(), usage.GetProperty("until").GetString(), usage.GetProperty("timezone").GetString()));
        Assert.Equal(["some-model"], Json("--by", "day").GetProperty("unpriced_models").EnumerateArray().Select(model => model.GetString()!));
    }

    [Fact]
    public void PricesHoldByTheDayInUtc_WhateverTheZone()
    {
        _folder.Append(_folder.MainPath(), Line(TranscriptLines.Prompt(0, "p"), "2026-10-06T20:00:00Z"), Line(TranscriptLines.Message(0, "m", 0, 0, 10_000_000, model: "claude-sonnet-5-5"), "2026-10-06T20:00:00Z"));

        var usage = Json("--timezone", "Asia/Seoul");

        Assert.Equal("2026-10-07", Assert.Single(usage.GetProperty("rows").EnumerateArray()).GetProperty("key").GetString());
        Assert.Equal(2, usage.GetProperty("totals").GetProperty("cost_usd").GetDecimal());
    }

    [Fact]
    public void Json_SaysHowOldThePriceListIs()
    {
        var list = Json().GetProperty("price_list");

        Assert.Equal(("2026-11-29", 2), (list.GetProperty("updated").GetString(), list.GetProperty("age_days").GetInt32()));
    }

    [Fact]
    public void Table_NamesZoneRangePricesAndUnpricedModels()
    {
        Turn(["2026-11-20T10:00:00Z"], "some-model", "claude-haiku-5-5");

        Assert.Equal(
            """
            day (Asia/Seoul)  input  output  cache read  cache write  messages    USD
            2026-11-20           20      40           0            0         2  <0.01
            total                20      40           0            0         2  <0.01
            days of Asia/Seoul: the first to 2026-11-30
            list prices of 2026-11-29 (2 days old)
            not priced: some-model

            """,
            Run(TimeZoneInfo.Utc, "--timezone", "Asia/Seoul", "--until", "2026-11-30").Output,
            ignoreLineEndingDifferences: true);
    }

    [Theory]
    [InlineData(0, "0.00")]
    [InlineData(1, "<0.01")]
    [InlineData(49_999, "<0.01")]
    [InlineData(50_000, "0.01")]
    [InlineData(100_000_000, "10.00")]
    public void Table_ShowsNoCostAsNothing_ThatIsSomething(long input, string usd)
    {
        _folder.Append(_folder.MainPath(), Line(TranscriptLines.Prompt(0, "p"), "2026-11-20T10:00:00Z"));
        for (var left = input; left > 0; left -= 50_000)
        {
            _folder.Append(_folder.MainPath(), Line(TranscriptLines.Message(0, $"m{left}", Math.Min(left, 50_000), 0, model: "claude-haiku-5-5"), "2026-11-20T10:00:00Z"));
        }

        Assert.EndsWith("  " + usd, Run(TimeZoneInfo.Utc).Output.Split('\n').Single(line => line.StartsWith("total", StringComparison.Ordinal)).TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unknown time zone 'Mars/Olympus'", "--timezone", "Mars/Olympus")]
    [InlineData("Unknown time zone ''", "--timezone=")]
    [InlineData("Unknown time zone '../../etc/passwd'", "--timezone", "../../etc/passwd")]
    [InlineData("Unknown time zone '/etc/localtime'", "--timezone", "/etc/localtime")]
    [InlineData("need a day, such as", "--since", "yesterday")]
    [InlineData("need a day, such as", "--until=")]
    [InlineData("need a day, such as", "--since", "2026-02-30")]
    [InlineData("is after --until", "--since", "2026-11-02", "--until", "2026-11-01")]
    public void WrongTimes_AreToldClearly(string told, params string[] arguments)
    {
        var (code, output, error) = Run(TimeZoneInfo.Utc, arguments);

        Assert.Equal((2, string.Empty), (code, output));
        Assert.Contains(told, error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Next(string day, int days) => DateOnly.ParseExact(day, "yyyy-MM-dd").AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Line(string line, string at) =>
        line.Replace(TranscriptLines.At(0), DateTimeOffset.Parse(at, CultureInfo.InvariantCulture).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private void Turn(params string[] at) => Turn(at, "claude-opus-5-5");

    private void Turn(string[] at, params string[] models)
    {
        foreach (var instant in at)
        {
            _turns++;
            _folder.Append(_folder.MainPath(), Line(TranscriptLines.Prompt(0, $"p{_turns}"), instant));
            _folder.Append(_folder.MainPath(), [.. models.Select((model, i) => Line(TranscriptLines.Message(0, $"m{_turns}-{i}", model: model), instant))]);
        }
    }

    private string[] Keys(params string[] arguments) => Keys(TimeZoneInfo.Utc, arguments);

    private string[] Keys(TimeZoneInfo local, params string[] arguments) =>
        [.. JsonDocument.Parse(Run(local, [.. arguments, "--json"]).Output).RootElement.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("key").GetString()!)];

    private JsonElement Json(params string[] arguments) => JsonDocument.Parse(Run(TimeZoneInfo.Utc, [.. arguments, "--json"]).Output).RootElement;

    private (int Code, string Output, string Error) Run(TimeZoneInfo local, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var code = UsageCommand.Run(["--config-dir", _folder.ConfigDir, .. arguments], output, error, new Clock(local));
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
