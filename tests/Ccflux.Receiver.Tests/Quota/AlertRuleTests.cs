using System.Net;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Receiver.Quota.Forecasts;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>What alerts are sent, how often, when and where to.</summary>
public sealed class AlertRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Reset = Now.AddHours(3);
    private static readonly AlertSettings Settings = new([80_000, 95_000], Forecast: true);
    private static readonly Projection RunsOut = new(Outlook.RunsOut, Now.AddHours(1), Now.AddHours(2));

    [Fact]
    public void Crossings_AreToldOnceEachWithHysteresis()
    {
        var sent = new List<(double Used, long? Threshold)>();
        var state = AlertState.New;
        foreach (var used in new double[] { 70, 79.9, 80, 81, 79, 80, 76, 82, 74.9, 80, 97, 100, 94, 96, 89, 95, 40, 96 })
        {
            (state, var findings) = Decide(state, used, Projection.Unknown);
            sent.AddRange(findings.Select(finding => (used, finding.Threshold)));
        }

        Assert.Equal([(80d, 80_000L), (80d, 80_000L), (97d, 95_000L), (95d, 95_000L), (96d, 95_000L)], sent.Select(one => (one.Used, one.Threshold!.Value)));
    }

    [Fact]
    public void Forecast_IsToldOncePerWindowInstance()
    {
        var (state, first) = Decide(AlertState.New, 50, RunsOut);
        (state, var second) = Decide(state, 52, RunsOut);
        (_, var next) = AlertRule.Decide(state, Settings, new Reading("five_hour", 50_000, Reset.AddHours(5), Now), RunsOut, Now);

        Assert.Null(Assert.Single(first).Threshold);
        Assert.Empty(second);
        Assert.Single(next);
    }

    [Fact]
    public void Window_ThatHasResetSince_TellsNothing() =>
        Assert.Empty(AlertRule.Decide(AlertState.New, Settings, new Reading("five_hour", 99_000, Now, Now.AddHours(-1)), Projection.Unknown, Now).Findings);

    [Theory]
    [InlineData("22:00-07:00", "UTC", "2026-11-20T23:30:00Z", "2026-11-21T07:00:00Z")]
    [InlineData("22:00-07:00", "UTC", "2026-11-20T03:00:00Z", "2026-11-20T07:00:00Z")]
    [InlineData("22:00-07:00", "UTC", "2026-11-20T07:00:00Z", "2026-11-20T07:00:00Z")]
    [InlineData("12:00-13:00", "UTC", "2026-11-20T12:15:00Z", "2026-11-20T13:00:00Z")]
    public void QuietHours_DelayUntilTheirEnd(string hours, string zone, string at, string expected) =>
        Assert.Equal(Instant(expected), QuietHours.Parse(hours, zone)!.NotBefore(Instant(at)));

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:7f00:1::")]
    public void Address_OfAPrivateNetwork_IsNotPublic(string address) => Assert.False(OutboundAddress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("2606:4700::1")]
    [InlineData("64:ff9b::808:808")]
    public void Address_OfTheInternet_IsPublic(string address) => Assert.True(OutboundAddress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://example.org/hook", false)]
    [InlineData("https://10.0.0.1/hook", false)]
    [InlineData("https://[::1]/hook", false)]
    [InlineData("https://localhost/hook", false)]
    [InlineData("https://0x7f000001/hook", false)]
    [InlineData("https://user:word@example.org/", false)]
    [InlineData("ftp://example.org/", false)]
    [InlineData("https://hooks.example.org/services/T/B/x", true)]
    public void WebhookSetting_IsHttpsAndNotPrivate(string address, bool isTaken) =>
        Assert.Equal(isTaken, OutboundAddress.Fault(address, allowPrivate: false, "ALLOW_PRIVATE_WEBHOOKS") is null);

    private static (AlertState State, IReadOnlyList<AlertFinding> Findings) Decide(AlertState state, double used, Projection projection) =>
        AlertRule.Decide(state, Settings, new Reading("five_hour", Reading.Milli(used), Reset, Now), projection, Now);

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
