using System.Diagnostics.Metrics;

namespace Ccflux.Receiver.Quota;

/// <summary>Counts polls, readings and alerts. Labels come from closed sets and never name an account.</summary>
internal sealed class QuotaMetrics
{
    public const string MeterName = "Ccflux.Quota";

    private readonly Counter<long> _polls;
    private readonly Counter<long> _readings;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _leftOut;
    private readonly Counter<long> _held;

    public QuotaMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _polls = meter.CreateCounter<long>("ccflux.quota.polls", "{poll}", "Polls of issuers, by source and outcome.");
        _readings = meter.CreateCounter<long>("ccflux.quota.readings", "{reading}", "Readings stored, by source.");
        _refused = meter.CreateCounter<long>("ccflux.quota.refused", "{batch}", "Batches of readings refused, by error code.");
        _lost = meter.CreateCounter<long>("ccflux.quota.lost", "{poll}", "Polls whose result could not be written.");
        _deliveries = meter.CreateCounter<long>("ccflux.quota.deliveries", "{delivery}", "Alerts sent, by channel and outcome.");
        _leftOut = meter.CreateCounter<long>("ccflux.quota.left_out", "{field}", "Parts of answers that could not be read, by source.");
        _held = meter.CreateCounter<long>("ccflux.quota.alerts_held", "{alert}", "Alerts that were not sent individually, by reason.");
    }

    public void LeftOut(string source, int fields) => _leftOut.Add(fields, new KeyValuePair<string, object?>("source", source));

    /// <param name="reason"><c>rate</c>: a digest replaces it. <c>full</c>: the queue was full.</param>
    /// <param name="alerts">How many.</param>
    public void Held(string reason, int alerts)
    {
        if (alerts > 0)
        {
            _held.Add(alerts, new KeyValuePair<string, object?>("reason", reason));
        }
    }

    public void Polled(string source, PollFailure? failure) => _polls.Add(
        1, new KeyValuePair<string, object?>("source", source), new KeyValuePair<string, object?>("outcome", failure?.ToString() ?? "Ok"));

    public void Stored(string source, int readings) => _readings.Add(readings, new KeyValuePair<string, object?>("source", source));

    public void Refused(string code) => _refused.Add(1, new KeyValuePair<string, object?>("reason", code));

    public void Lost() => _lost.Add(1);

    public void Delivered(string channel, bool succeeded) => _deliveries.Add(
        1, new KeyValuePair<string, object?>("channel", channel), new KeyValuePair<string, object?>("outcome", succeeded ? "delivered" : "failed"));
}
