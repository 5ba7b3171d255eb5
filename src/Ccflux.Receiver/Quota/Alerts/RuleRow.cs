namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>What an account tells, where that is its own rule.</summary>
internal sealed class RuleRow
{
    public string Account { get; init; } = "";

    public string Thresholds { get; init; } = "";

    public bool Forecast { get; init; }
}
