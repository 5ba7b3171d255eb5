using System.Text;
using Ccflux.Hook.StatusLine;
using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.StatusLine;

public sealed class StatusTextTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_795_245_000); // 2026-11-21 07:10 UTC

    [Theory]
    [InlineData("first.json", "Opus 5.5")]
    [InlineData("after-answer.json", "Opus 5.5 · context 2%")]
    [InlineData("SYNTHETIC-with-rate-limits.json", "5h ███░░░░░ 42% until 09:10 · 7d █░░░░░░░ 17% until Wed 22:16")]
    public void Render_WhatTheClientGives_ShowsThePartsThatAreThere(string file, string expected) =>
        Assert.Equal(expected, Render(File.ReadAllText(Path.Combine(HookProgram.Root, "tests", "fixtures", "claude-code", "statusline", file))));

    [Theory]
    [InlineData("""{"rate_limits":{"seven_day":{"used_percentage":0}}}""", "7d ░░░░░░░░ 0%")]
    [InlineData("""{"rate_limits":{"five_hour":{"used_percentage":104.5,"resets_at":1795252215}}}""", "5h ████████ 104.5% until 09:10")]
    [InlineData("""{"rate_limits":{"five_hour":{"used_percentage":99.9,"resets_at":1795240000}}}""", "5h ████████ 99.9% before its reset at 05:46")]
    [InlineData("""{"rate_limits":{"five_hour":{"used_percentage":83.5},"seven_day":{"used_percentage":99.99}}}""", "5h ███████░ 83.5% · 7d ████████ 99.9%")]
    [InlineData("""{"model":{"id":"claude-x"},"rate_limits":{"five_hour":null,"seven_day":{"used_percentage":null},"new_kind":{"used_percentage":5}}}""", "claude-x")]
    [InlineData("""{"model":{"display_name":"\u001b[31mred\u0007"},"context_window":{"used_percentage":"2"}}""", "[31mred")]
    [InlineData("""{"model":[],"context_window":7,"rate_limits":"x"}""", "")]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    public void Render_OddInput_ShowsWhatIsSure(string json, string? expected) => Assert.Equal(expected, Render(json));

    [Fact]
    public void Render_FullLimits_AreColouredAndStillSayTheFigure()
    {
        var input = StatusInput.Read("""{"rate_limits":{"five_hour":{"used_percentage":70},"seven_day":{"used_percentage":90}}}"""u8.ToArray())!;

        var line = new StatusText(TimeZoneInfo.Utc, colours: true).Render(input, s_now);

        Assert.Equal("5h \e[33m██████░░ 70%\e[0m · 7d \e[31m███████░ 90%\e[0m", line);
    }

    private static string? Render(string json) =>
        StatusInput.Read(Encoding.UTF8.GetBytes(json)) is { } input ? new StatusText(TimeZoneInfo.Utc, colours: false).Render(input, s_now) : null;
}
