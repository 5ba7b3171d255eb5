using System.Diagnostics.Metrics;
using Ccflux.Receiver.Usage.Ingest;

namespace Ccflux.Receiver.Usage;

/// <summary>Counts reports and turns. Labels come from closed sets and never name users.</summary>
internal sealed class UsageMetrics
{
    public const string MeterName = "Ccflux.Usage";

    private static readonly string[] s_reasons = [.. Enum.GetNames<RefusalReason>().Prepend("")];

    private readonly Counter<long> _accepted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _turns;

    // The three counters of ccflux 0.1, which existing dashboards and alerts use.
    private readonly Counter<long> _authRejected;
    private readonly Counter<long> _sigRejected;
    private readonly Counter<long> _rateLimited;

    public UsageMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _accepted = meter.CreateCounter<long>("ccflux.reports.accepted", "{report}", "Reports accepted, including those already stored.");
        _refused = meter.CreateCounter<long>("ccflux.reports.refused", "{report}", "Reports refused, by reason.");
        _turns = meter.CreateCounter<long>("ccflux.turns.stored", "{turn}", "Turns that were new or changed a stored turn.");
        _authRejected = meter.CreateCounter<long>("ccflux.reports.auth_rejected", "{report}", "Reports refused because of their token.");
        _sigRejected = meter.CreateCounter<long>("ccflux.reports.sig_rejected", "{report}", "Reports refused because of their signature, its timestamp or its key.");
        _rateLimited = meter.CreateCounter<long>("ccflux.reports.rate_limited", "{report}", "Reports refused because of a rate limit or daily limit.");
    }

    public void Accepted(int turns)
    {
        _accepted.Add(1);
        _turns.Add(turns);
    }

    public void Refused(RefusalReason reason)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("reason", s_reasons[(int)reason]));
        switch (reason)
        {
            case RefusalReason.TokenInvalid:
                _authRejected.Add(1);
                break;
            case RefusalReason.RateLimited or RefusalReason.DailyCap:
                _rateLimited.Add(1);
                break;
            case RefusalReason.SignatureRequired or RefusalReason.TimestampMissing or RefusalReason.TimestampStale
                or RefusalReason.SignatureInvalid or RefusalReason.KeyNotRegistered or RefusalReason.KeyRevoked or RefusalReason.KeyPending:
                _sigRejected.Add(1);
                break;
            case RefusalReason.TooLarge or RefusalReason.InvalidPayload or RefusalReason.FutureTurns or RefusalReason.QueueFull or RefusalReason.StorageFailed:
                break;
        }
    }
}
