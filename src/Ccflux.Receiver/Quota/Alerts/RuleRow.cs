namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>An account with its own alert rule, or only the account if it has none.</summary>
internal sealed class RuleRow
{
    public QuotaAccountId AccountId { get; init; }

    public string Account { get; init; } = "";

    public string Thresholds { get; init; } = "";

    public bool Forecast { get; init; }
}
