using System.Text;
using System.Text.Json;
using Ccflux.Hook.Commands;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary><c>ccflux usage</c>.</summary>
public sealed class UsageCommandTests : IDisposable
{
    private readonly SessionFolder _folder = new();

    [Fact]
    public void BySession_EqualsWhatReportsContain()
    {
        var fixture = SessionFolder.Fixture("2.1.329");
        var reported = FixtureTests.Read("2.1.329").GroupBy(request => request.Session).ToDictionary(requests => requests.Key, requests => SessionFolder.Output(requests));

        var rows = Json("--config-dir", fixture, "--by", "session", "--json").GetProperty("rows").EnumerateArray().ToArray();

        Assert.Equal(reported, rows.ToDictionary(row => row.GetProperty("key").GetString()!, row => row.GetProperty("output_tokens").GetInt64()));
    }

    [Theory]
    [InlineData("day")]
    [InlineData("week")]
    [InlineData("month")]
    [InlineData("block")]
    [InlineData("session")]
    [InlineData("model")]
    public void Totals_AreTheSumOfRows_AndOfTheirModels(string by)
    {
        var usage = Json("--config-dir", SessionFolder.Fixture("2.1.329"), "--by", by, "--json");

        var rows = usage.GetProperty("rows").EnumerateArray().ToArray();
        foreach (var field in new[] { "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens", "messages", "cost_usd" })
        {
            var total = usage.GetProperty("totals").GetProperty(field).GetDecimal();
            Assert.Equal(total, rows.Sum(row => row.GetProperty(field).GetDecimal()));
            Assert.Equal(total, rows.SelectMany(row => row.GetProperty("models").EnumerateObject()).Sum(model => model.Value.GetProperty(field).GetDecimal()));
        }

        Assert.False(usage.GetProperty("totals").TryGetProperty("partial", out _));
    }

    [Fact]
    public void Cost_IsWhatTheClientComputed_WhereTheTranscriptHoldsAll()
    {
        var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SessionFolder.Fixture("2.1.329"), "expected.json"))).RootElement.GetProperty("runs");
        var rows = Json("--config-dir", SessionFolder.Fixture("2.1.329"), "--by", "session", "--json").GetProperty("rows").EnumerateArray()
            .ToDictionary(row => row.GetProperty("key").GetString()!, row => row.GetProperty("cost_usd").GetDecimal());

        foreach (var run in new[] { "text", "agent", "agentbg", "agenthaiku", "denied", "bashfail", "maxtok", "e529fallback", "streamjson" }.Where(run => expected.TryGetProperty(run, out _)))
        {
            var result = expected.GetProperty(run);
            Assert.Equal(result.GetProperty("total_cost_usd").GetDouble(), (double)rows[result.GetProperty("session_id").GetString()!], tolerance: 1e-9);
        }
    }

    [Fact]
    public void OldClient_IsFlaggedPartial() =>
        Assert.All(
            Json("--config-dir", SessionFolder.Fixture("2.0.76"), "--by", "session", "--json").GetProperty("rows").EnumerateArray(),
            row => Assert.True(row.GetProperty("partial").GetBoolean()));

    [Fact]
    public void ByDay_PutsARequestOnItsOwnDay_WhateverItsTurn()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(14.9 * 3600, "p0"), TranscriptLines.Message(14.95 * 3600, "m1"), TranscriptLines.Message(15.1 * 3600, "m2", output: 7));

        var rows = Json("--config-dir", _folder.ConfigDir, "--json").GetProperty("rows").EnumerateArray();

        Assert.Equal([("2026-11-20", 20), ("2026-11-21", 7)], rows.Select(row => (row.GetProperty("key").GetString()!, row.GetProperty("output_tokens").GetInt32())));
    }

    [Fact]
    public void LargeFile_IsReadInPieces_WithTheSameResult()
    {
        var filler = new string('x', 100_000);
        for (var turn = 0; turn < 150; turn++)
        {
            _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(turn, $"p{turn}", filler[..(60_000 + (turn * 37))]), TranscriptLines.Message(turn + 0.5, $"m{turn}"));
        }

        var totals = Json("--config-dir", _folder.ConfigDir, "--json").GetProperty("totals");

        Assert.InRange(new FileInfo(_folder.MainPath()).Length, 9_000_000, 20_000_000);
        Assert.DoesNotContain("broken", Run("--config-dir", _folder.ConfigDir).Output, StringComparison.Ordinal);
        Assert.Equal((150, 3000L), (totals.GetProperty("messages").GetInt32(), totals.GetProperty("output_tokens").GetInt64()));
    }

    [Fact]
    public void UnknownModel_CostsNothing_AndIsNamed()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1", model: "some-model"));

        var usage = Json("--config-dir", _folder.ConfigDir, "--json");

        Assert.Equal(0, usage.GetProperty("totals").GetProperty("cost_usd").GetDecimal());
        Assert.Equal("some-model", Assert.Single(usage.GetProperty("unpriced_models").EnumerateArray()).GetString());
    }

    [Fact]
    public void Table_ShowsRowsAndTotal()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1", output: 1234567, stop: null));

        var (code, output, _) = Run("--config-dir", _folder.ConfigDir, "--by", "model");

        Assert.Equal(0, code);
        Assert.Equal(
            """
            model            input      output  cache read  cache write  messages    USD
            claude-opus-5-5     10  1,234,567*           0            0         1  24.69
            total               10  1,234,567*           0            0         1  24.69
            * some answers never got their final figures in the transcript; output is a lower bound
            list prices of 2026-11-29 (2 days old)

            """,
            output,
            ignoreLineEndingDifferences: true);
    }

    [Theory]
    [InlineData("--by", "year")]
    [InlineData("--by")]
    [InlineData("--config-dir")]
    [InlineData("surprise")]
    public void WrongArguments_AreToldHow(params string[] arguments)
    {
        var (code, output, error) = Run(arguments);

        Assert.Equal((2, string.Empty), (code, output));
        Assert.StartsWith("Usage: ccflux usage", error, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyConfigDir_HasNoUsage()
    {
        var usage = Json("--config-dir", _folder.ConfigDir, "--json");

        Assert.Equal(0, usage.GetProperty("totals").GetProperty("messages").GetInt32());
        Assert.Equal(2, Run("--config-dir", Path.Combine(_folder.ConfigDir, "nowhere")).Code);
    }

    public void Dispose() => _folder.Dispose();

    private static JsonElement Json(params string[] arguments) => JsonDocument.Parse(Run(arguments).Output).RootElement;

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var code = UsageCommand.Run(arguments, output, error, new Clock(TimeZoneInfo.Utc));
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
