using System.Diagnostics.Metrics;
using Ccflux.Receiver.Platform.Live;

namespace Ccflux.Receiver.Platform.Metrics;

/// <summary>The platform's own metrics.</summary>
internal sealed class PlatformMetrics
{
    public const string MeterName = "ccflux.platform";

    private readonly Counter<long> _signIns;

    public PlatformMetrics(IMeterFactory meters, LiveBus live, TimeProvider time)
    {
        var meter = meters.Create(MeterName);
        _signIns = meter.CreateCounter<long>("ccflux.admin.sign_ins", "{attempt}", "Attempts to sign in to the pages, by result.");
        meter.CreateObservableGauge("ccflux.live.connections", () => live.Subscribers, "{connection}", "Pages open for live updates.");
        meter.CreateObservableGauge("ccflux.build.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", ProductVersion.Text)), null, "Always 1; the label states the version.");
        var started = time.GetUtcNow().ToUnixTimeSeconds();
        meter.CreateObservableGauge("ccflux.process.start_time", () => started, "s", "When the receiver started, in seconds since 1970.");
        meter.CreateObservableGauge("ccflux.process.resident_memory", () => Environment.WorkingSet, "By", "Resident memory.");
    }

    public void SignedIn(string result) => _signIns.Add(1, new KeyValuePair<string, object?>("result", result));
}
