using System.Diagnostics.Metrics;
using Ccflux.Receiver.Telemetry.Receive;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Telemetry;

/// <summary>Counts OTLP messages and their records. Labels come from closed sets.</summary>
internal sealed class TelemetryMetrics
{
    public const string MeterName = "Ccflux.Telemetry";

    private static readonly string[] s_signals = ["", "logs", "metrics", "traces"];
    private static readonly string[] s_verdicts = [.. Enum.GetNames<OtlpVerdict>().Prepend("")];

    private readonly Counter<long> _messages;
    private readonly Counter<long> _records;

    public TelemetryMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _messages = meter.CreateCounter<long>("ccflux.otlp.messages", "{message}", "OTLP messages answered, by signal and verdict.");
        _records = meter.CreateCounter<long>("ccflux.otlp.records", "{record}", "Records of accepted OTLP messages: stored, already known, refused, or of a kind that is not kept.");
    }

    public void Answered(OtlpSignal signal, OtlpVerdict verdict) => _messages.Add(1, Signal(signal), new("verdict", s_verdicts[(int)verdict]));

    public void Took(OtlpSignal signal, TelemetryBatch batch, StoredCounts stored)
    {
        Add(signal, "stored", stored.New);
        Add(signal, "known", stored.Known);
        Add(signal, "refused", batch.Rejected);
        Add(signal, "dropped", batch.Received - batch.Rejected - batch.Weight);
    }

    private void Add(OtlpSignal signal, string what, int count)
    {
        if (count > 0)
        {
            _records.Add(count, Signal(signal), new("outcome", what));
        }
    }

    private static KeyValuePair<string, object?> Signal(OtlpSignal signal) => new("signal", s_signals[(int)signal]);
}
