using System.Diagnostics.Metrics;

namespace Ccflux.Receiver.Platform.Metrics;

/// <summary>Listens to the receiver's own meters (those named <c>ccflux…</c>) and keeps the current value of each series.</summary>
internal sealed class MetricsCollector : IHostedService, IDisposable
{
    /// <summary>The maximum number of series. Labels come from closed sets, so this is only a safeguard.</summary>
    private const int MaxSeries = 1000;

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private int _series;

    /// <param name="meters">The factory whose meters are observed; another receiver in the same process has its own.</param>
    public MetricsCollector(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Meter.Name.StartsWith("ccflux", StringComparison.OrdinalIgnoreCase))
            {
                Publish(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>All families by name, after reading the observable instruments.</summary>
    public IReadOnlyList<MetricFamily> Read()
    {
        _listener.RecordObservableInstruments();
        lock (_gate)
        {
            return [.. _families.Select(pair => pair.Value.Read(pair.Key))];
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Publish(Instrument instrument)
    {
        lock (_gate)
        {
            var name = MetricName.Of(instrument);
            if (!_families.ContainsKey(name))
            {
                _families.Add(name, new Family(instrument));
            }
        }
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = MetricName.Labels(tags);
        lock (_gate)
        {
            if (_families.TryGetValue(MetricName.Of(instrument), out var family) && (_series < MaxSeries || family.Has(labels)))
            {
                _series += family.Record(instrument, labels, value) ? 1 : 0;
            }
        }
    }

    private sealed class Family(Instrument instrument)
    {
        private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

        public bool Has(string labels) => _series.ContainsKey(labels);

        /// <summary>True if this is the first value of its series.</summary>
        public bool Record(Instrument source, string labels, double value)
        {
            var isNew = !_series.TryGetValue(labels, out var series);
            if (series is null)
            {
                _series.Add(labels, series = new Series());
            }

            series.Count++;
            series.Sum = source is ObservableInstrument<long> or ObservableInstrument<int> or ObservableInstrument<double> ? value : series.Sum + value;
            return isNew;
        }

        public MetricFamily Read(string name)
        {
            var kind = MetricName.KindOf(instrument);

            // A counter that has counted nothing yet is zero, not absent; one with labels appears with its first label.
            var points = _series.Count == 0 && kind == MetricKind.Counter
                ? [new MetricPoint("", 0, 0)]
                : _series.Select(pair => new MetricPoint(pair.Key, pair.Value.Sum, pair.Value.Count)).ToArray();
            return new MetricFamily(name, kind, instrument.Description ?? "", points);
        }
    }

    private sealed class Series
    {
        public double Sum { get; set; }

        public long Count { get; set; }
    }
}

/// <summary>A metric and its series. <c>Count</c> is shown for summaries only.</summary>
internal sealed record MetricFamily(string Name, MetricKind Kind, string Help, IReadOnlyList<MetricPoint> Points);

internal sealed record MetricPoint(string Labels, double Value, long Count);
