using System.Diagnostics.Metrics;

namespace Ccflux.Receiver.Identity;

/// <summary>Counts token exchanges and key registrations.</summary>
internal sealed class IdentityMetrics
{
    public const string MeterName = "Ccflux.Identity";

    private readonly Counter<long> _exchanges;
    private readonly Counter<long> _registrations;

    public IdentityMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _exchanges = meter.CreateCounter<long>("ccflux.token.exchanges", "{exchange}", "Refresh tokens exchanged for access tokens.");
        _registrations = meter.CreateCounter<long>("ccflux.key.registrations", "{registration}", "Device keys registered.");
    }

    public void TokenExchanged() => _exchanges.Add(1);

    public void KeyRegistered() => _registrations.Add(1);
}
