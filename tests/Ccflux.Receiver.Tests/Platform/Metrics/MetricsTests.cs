using System.Diagnostics.Metrics;
using System.Net;
using Ccflux.Receiver.Platform.Metrics;
using Ccflux.Receiver.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Receiver.Tests.Platform.Metrics;

public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_Token_IsAskedForWhereItIsSet()
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("METRICS_TOKEN", "scrape"));

        using var without = await receiver.Client.FetchAsync("/metrics");
        using var wrong = await receiver.Client.FetchAsync("/metrics", bearer: "scrap");
        using var right = await receiver.Client.FetchAsync("/metrics", bearer: "scrape");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.OK), (without.StatusCode, wrong.StatusCode, right.StatusCode));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", right.Content.Headers.ContentType!.ToString());
    }

    [Theory]
    [InlineData("ccflux_reports_accepted_total")]
    [InlineData("ccflux_reports_auth_rejected_total")]
    [InlineData("ccflux_reports_sig_rejected_total")]
    [InlineData("ccflux_reports_rate_limited_total")]
    [InlineData("ccflux_token_exchanges_total")]
    [InlineData("ccflux_key_registrations_total")]
    [InlineData("ccflux_active_access_tokens")]
    public async Task Metrics_NamesOfCcflux01_AreThereFromTheStart(string name)
    {
        await using var receiver = await RunningReceiver.StartAsync();

        using var answer = await receiver.Client.FetchAsync("/metrics");

        Assert.Contains($"\n{name} 0\n", "\n" + await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_EveryKindOfInstrument_IsInPrometheusForm()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var collector = new MetricsCollector(meters);
        await collector.StartAsync(TestContext.Current.CancellationToken);
        var meter = meters.Create("ccflux.snapshot");
        var counter = meter.CreateCounter<long>("ccflux.snapshot.reports", "{report}", "Reports.");
        meter.CreateCounter<long>("ccflux.snapshot.nothing", "{report}", "Nothing yet.");
        var labelled = meter.CreateCounter<long>("ccflux.snapshot.refused", "{report}", "Refused, by reason.");
        var duration = meter.CreateHistogram<double>("ccflux.snapshot.duration", "s", "How long.");
        meter.CreateObservableGauge("ccflux.snapshot.waiting", () => 7, "{entry}", "Waiting.");
        var upDown = meter.CreateUpDownCounter<int>("ccflux.snapshot.open", "{page}", "Open.");

        counter.Add(2);
        counter.Add(3);
        labelled.Add(1, new KeyValuePair<string, object?>("reason", "b\"ad\\\n"));
        labelled.Add(4, new KeyValuePair<string, object?>("reason", "stale"));
        duration.Record(0.25);
        duration.Record(1);
        upDown.Add(3);
        upDown.Add(-1);

        var text = PrometheusText.Write(collector.Read().Where(family => family.Name.StartsWith("ccflux_snapshot", StringComparison.Ordinal)));
        Assert.Equal(
            """
            # HELP ccflux_snapshot_duration_seconds How long.
            # TYPE ccflux_snapshot_duration_seconds summary
            ccflux_snapshot_duration_seconds_count 2
            ccflux_snapshot_duration_seconds_sum 1.25
            # HELP ccflux_snapshot_nothing_total Nothing yet.
            # TYPE ccflux_snapshot_nothing_total counter
            ccflux_snapshot_nothing_total 0
            # HELP ccflux_snapshot_open Open.
            # TYPE ccflux_snapshot_open gauge
            ccflux_snapshot_open 2
            # HELP ccflux_snapshot_refused_total Refused, by reason.
            # TYPE ccflux_snapshot_refused_total counter
            ccflux_snapshot_refused_total{reason="b\"ad\\\n"} 1
            ccflux_snapshot_refused_total{reason="stale"} 4
            # HELP ccflux_snapshot_reports_total Reports.
            # TYPE ccflux_snapshot_reports_total counter
            ccflux_snapshot_reports_total 5
            # HELP ccflux_snapshot_waiting Waiting.
            # TYPE ccflux_snapshot_waiting gauge
            ccflux_snapshot_waiting 7

            """,
            text);
    }
}
