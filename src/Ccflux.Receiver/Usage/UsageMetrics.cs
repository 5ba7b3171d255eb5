using System.Diagnostics.Metrics;
using Ccflux.Receiver.Usage.Ingest;

namespace Ccflux.Receiver.Usage;

/// <summary>Counts of reports and turns. Labels come from closed sets; users are none.</summary>
internal sealed class UsageMetrics
{
    public const string MeterName = "Ccflux.Usage";

    private static readonly string[] s_reasons = [.. Enum.GetNames<RefusalReason>().Prepend("")];

    private readonly Counter<long> _accepted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _turns;

    public UsageMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _accepted = meter.CreateCounter<long>("ccflux.reports.accepted", "{report}", "Reports stored or stored already.");
        _refused = meter.CreateCounter<long>("ccflux.reports.refused", "{report}", "Reports refused, by reason.");
        _turns = meter.CreateCounter<long>("ccflux.turns.stored", "{turn}", "Turns that were new or changed what was stored.");
    }

    public void Accepted(int turns)
    {
        _accepted.Add(1);
        _turns.Add(turns);
    }

    public void Refused(RefusalReason reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", s_reasons[(int)reason]));
}
