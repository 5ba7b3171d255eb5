namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>What an account tells, where that is its own rule; else only which account it is.</summary>
internal sealed class RuleRow
{
    public long AccountId { get; init; }

    public string Account { get; init; } = "";

    public string Thresholds { get; init; } = "";

    public bool Forecast { get; init; }
}
