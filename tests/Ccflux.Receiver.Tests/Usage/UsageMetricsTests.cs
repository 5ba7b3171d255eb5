using System.Diagnostics.Metrics;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Metrics;
using Ccflux.Receiver.Usage;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Receiver.Tests.Usage;

/// <summary>The labels of refused reports, which dashboards and alerts name.</summary>
public sealed class UsageMetricsTests
{
    [Theory]
    [InlineData(ErrorCodes.TokenInvalid, "TokenInvalid")]
    [InlineData(ErrorCodes.RateLimited, "RateLimited")]
    [InlineData(ErrorCodes.TooLarge, "TooLarge")]
    [InlineData(ErrorCodes.InvalidPayload, "InvalidPayload")]
    [InlineData(ErrorCodes.FutureTurns, "FutureTurns")]
    [InlineData(ErrorCodes.SignatureRequired, "SignatureRequired")]
    [InlineData(ErrorCodes.TimestampMissing, "TimestampMissing")]
    [InlineData(ErrorCodes.TimestampStale, "TimestampStale")]
    [InlineData(ErrorCodes.SignatureInvalid, "SignatureInvalid")]
    [InlineData(ErrorCodes.KeyNotRegistered, "KeyNotRegistered")]
    [InlineData(ErrorCodes.KeyRevoked, "KeyRevoked")]
    [InlineData(ErrorCodes.KeyPending, "KeyPending")]
    [InlineData(ErrorCodes.DailyCap, "DailyCap")]
    [InlineData(ErrorCodes.Busy, "StorageFailed")]
    [InlineData(ErrorCodes.Busy, "QueueFull", UsageMetrics.QueueFull)]
    public async Task Refused_IsCountedByItsReason(string code, string label, string? reason = null)
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var collector = new MetricsCollector(meters);
        await collector.StartAsync(TestContext.Current.CancellationToken);

        new UsageMetrics(meters).Refused(code, reason);

        Assert.Contains($"ccflux_reports_refused_total{{reason=\"{label}\"}} 1\n", PrometheusText.Write(collector.Read()), StringComparison.Ordinal);
    }
}
