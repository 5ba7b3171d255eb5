using System.Text;
using Ccflux.Receiver.Telemetry.Receive.Decode;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>Takes what a decoder finds, record by record, keeps what a figure is made of and counts the rest.</summary>
internal sealed class BatchBuilder(BatchRules rules)
{
    private static readonly string s_tooMany = string.Create(CultureInfo.InvariantCulture, $"a message may hold {BatchRules.MaxRecords} records");

    private readonly List<EventRecord> _events = [];
    private readonly List<PointRecord> _points = [];
    private readonly SeenTally _seen = new();
    private AttributeSet _resource = new();
    private string? _reason;
    private int _received;
    private int _rejected;
    private bool _isRefused;
    private string _service = "";
    private MetricKind? _metric;
    private int _temporality;
    private ulong _metricHash;
    private string? _session;

    /// <summary>True while a metric's points are read, whose attributes all tell streams apart.</summary>
    public bool NeedsIdentity { get; private init; }

    public static BatchBuilder ForMetrics(BatchRules rules) => new(rules) { NeedsIdentity = true };

    public TelemetryBatch Build() => new(_events, _points, _seen.ToList(), _received, _rejected, _reason);

    public void BeginResource(AttributeSet resource)
    {
        _resource = resource;
        var service = resource.Text(AttributeKey.ServiceName);
        _isRefused = !rules.Takes(service);
        if (_isRefused)
        {
            _service = service.IsEmpty ? "(none)" : SafeText.Id(service) ?? SafeText.Other;
            _seen.Add(SeenKind.Service, service);
        }
    }

    public void SawAttribute(ulong hash, ReadOnlySpan<byte> name) => _seen.Add(SeenKind.Attribute, hash, name);

    public void AddSpan()
    {
        _received++;
        _ = IsRefused();
    }

    public void AddLog(ulong time, ReadOnlySpan<byte> name, ReadOnlySpan<byte> body, AttributeSet attributes)
    {
        _received++;
        if (IsRefused())
        {
            return;
        }

        var eventName = attributes.Text(AttributeKey.EventName);
        eventName = !eventName.IsEmpty ? eventName : !name.IsEmpty ? name : body;
        switch (EventNames.Find(eventName))
        {
            case EventKind.Dropped:
                return;
            case null:
                _seen.Add(SeenKind.Event, EventNames.Bare(eventName));
                return;
            case { } kind when HasRoom() && IsInTime(time, out var at):
                if (EventReader.Read(kind, at, time, attributes, Origin(attributes)) is { } read)
                {
                    _events.Add(read);
                }
                else
                {
                    Reject("a record's figures are negative, too large or no numbers");
                }

                return;
            default:
                return;
        }
    }

    public void BeginMetric(ReadOnlySpan<byte> name, int temporality, bool isSum)
    {
        _metric = isSum ? MetricNames.Find(name) : null;
        _temporality = temporality;
        _metricHash = StableHash.Of(name);
        if (_metric is null && !_isRefused)
        {
            _seen.Add(SeenKind.Metric, name);
        }
    }

    /// <summary>A point of a gauge or histogram, which the client does not send: counted by its metric's name only.</summary>
    public void AddPointOfOtherShape()
    {
        _received++;
        _ = IsRefused();
    }

    /// <param name="start">When the stream began, in nanoseconds.</param>
    /// <param name="time">Of the point, in nanoseconds.</param>
    /// <param name="value">Null: the point says that there is none.</param>
    /// <param name="attributes">All that the point carries.</param>
    public void AddPoint(ulong start, ulong time, double? value, AttributeSet attributes)
    {
        const int Delta = 1;
        const int Cumulative = 2;
        _received++;
        if (IsRefused() || _metric is not { } metric || value is not { } number)
        {
            return;
        }

        if (_temporality is not (Delta or Cumulative))
        {
            Reject("a sum is neither delta nor cumulative");
        }
        else if (!double.IsFinite(number) || number < 0 || number > MetricNames.MaxPoint(metric))
        {
            Reject("a point's value is negative, too large or no number");
        }
        else if (HasRoom() && IsInTime(time, out var at))
        {
            var stream = StableHash.Combine(StableHash.Combine(_metricHash, _resource.Identity), StableHash.Combine(attributes.Identity, start));
            _points.Add(PointReader.Read(
                metric, _temporality == Cumulative, at, stream, (long)(start > 0 ? Math.Min(start, time) : time), (long)time, (long)Math.Round(number * MetricNames.Unit(metric)), attributes, Origin(attributes)));
        }
    }

    private bool IsRefused()
    {
        if (_isRefused)
        {
            Reject($"service.name {_service} is not taken here");
        }

        return _isRefused;
    }

    private bool HasRoom()
    {
        var hasRoom = _events.Count + _points.Count < BatchRules.MaxRecords;
        if (!hasRoom)
        {
            Reject(s_tooMany);
        }

        return hasRoom;
    }

    private bool IsInTime(ulong time, out long at)
    {
        at = (long)(time / 1_000_000);
        if (at >= rules.From && at < rules.To)
        {
            return true;
        }

        Reject(time == 0 ? "a record has no time" : at < rules.From ? "a record is older than events are kept" : "a record is from the future");
        return false;
    }

    private void Reject(string reason)
    {
        _rejected++;
        _reason ??= reason;
    }

    private Origin Origin(AttributeSet attributes)
    {
        var session = Either(attributes, AttributeKey.SessionId);
        if (_session is null || !Ascii.Equals(session, _session))
        {
            _session = SafeText.Id(session);
        }

        var install = Either(attributes, AttributeKey.UserId);
        return new Origin(
            SafeText.Email(Either(attributes, AttributeKey.UserEmail)),
            install.IsEmpty ? null : SafeText.Name(install),
            _session,
            SafeText.Name(Either(attributes, AttributeKey.TerminalType)));
    }

    /// <summary>The record's own attribute, else the resource's.</summary>
    private ReadOnlySpan<byte> Either(AttributeSet attributes, AttributeKey key) => attributes.Has(key) ? attributes.Text(key) : _resource.Text(key);
}
