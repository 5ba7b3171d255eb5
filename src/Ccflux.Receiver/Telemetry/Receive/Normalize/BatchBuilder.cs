using System.Text;
using Ccflux.Receiver.Telemetry.Receive.Decode;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>Receives what a decoder finds, record by record, keeps what figures need and counts the rest.</summary>
internal sealed class BatchBuilder(BatchRules rules) : IRecordSink
{
    private readonly List<EventRecord> _events = [];
    private readonly List<PointRecord> _points = [];
    private readonly UnrecognisedNameCounter _seen = new();
    private readonly LabelCollector _labels = new(rules);
    private AttributeSet _resource = new(needsIdentity: false);
    private AttributeSet _scope = new(needsIdentity: false);
    private string? _reason;
    private int _received;
    private int _rejected;
    private bool _isOtherService;
    private bool _isOtherScope;
    private MetricKind? _metric;
    private bool _isClientsMetric;
    private int _temporality;
    private ulong _metricStream;
    private ulong _earlierMetricStream;
    private string? _session;

    /// <summary>True while the points of a metric are read, all of whose attributes distinguish streams.</summary>
    public bool NeedsIdentity { get; private init; }

    /// <summary>The attributes that are read.</summary>
    public AttributeNames Attributes => rules.Attributes;

    public static BatchBuilder ForMetrics(BatchRules rules) => new(rules) { NeedsIdentity = true };

    public TelemetryBatch Build()
    {
        if (_labels.Capped > 0)
        {
            _seen.Add(UnrecognisedNameKind.Capped, "label"u8);
        }

        return new TelemetryBatch(_events, _points, _seen.ToList(), _received, _rejected, _reason) { Labels = _labels.ToList() };
    }

    public void BeginResource(AttributeSet resource)
    {
        _resource = resource;
        _isOtherService = !rules.Takes(resource.Text(AttributeKey.ServiceName));
        _isOtherScope = true;
    }

    /// <summary>The scope identifies the client's records whatever name its service was given.</summary>
    public void BeginScope(ReadOnlySpan<byte> name, AttributeSet scope)
    {
        _isOtherScope = !name.StartsWith("com.anthropic.claude_code"u8);
        _scope = scope;
    }

    public void SawAttribute(ulong hash, ReadOnlySpan<byte> name) => _seen.Add(UnrecognisedNameKind.Attribute, hash, name);

    public void AddSpan()
    {
        _received++;
        _ = IsRefused(isClients: false);
    }

    public void AddLog(ulong time, ReadOnlySpan<byte> name, ReadOnlySpan<byte> body, AttributeSet attributes)
    {
        _received++;
        if (IsRefused(IsClients(body) || IsClients(name)))
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
                _seen.Add(UnrecognisedNameKind.Event, EventNames.Bare(eventName));
                return;
            case EventKind.SettingsResolved when IsInTime(time, out var at):
                var source = Origin(attributes);
                _labels.AddSettings(source, at, attributes);
                _labels.Add(source, at, attributes, _scope, _resource);
                return;
            case { } kind and not EventKind.SettingsResolved when HasRoom() && IsInTime(time, out var at):
                if (EventReader.Read(kind, at, time, attributes, Origin(attributes)) is { } read)
                {
                    _events.Add(read);
                    _labels.Add(read.Origin, at, attributes, _scope, _resource);
                }
                else
                {
                    Reject("a record's figures are negative, too large or not numbers");
                }

                return;
            default:
                return;
        }
    }

    public void BeginMetric(ReadOnlySpan<byte> name, int temporality, bool isSum)
    {
        _metric = isSum ? MetricNames.Find(name) : null;
        _isClientsMetric = IsClients(name);
        _temporality = temporality;
        var hash = StableHash.Of(name);
        _metricStream = StableHash.Combine(hash, _resource.ClientIdentity);
        _earlierMetricStream = StableHash.Combine(hash, _resource.Identity);
        if (_metric is null && !IsOther)
        {
            _seen.Add(UnrecognisedNameKind.Metric, name);
        }
    }

    /// <summary>A point of a gauge or histogram, which the client does not send: only its metric's name is counted.</summary>
    public void AddPointOfOtherShape()
    {
        _received++;
        _ = IsRefused(isClients: _isClientsMetric);
    }

    /// <param name="start">When the stream began, in nanoseconds.</param>
    /// <param name="time">Of the point, in nanoseconds.</param>
    /// <param name="value">Null: the point states that there is none.</param>
    /// <param name="attributes">All attributes of the point.</param>
    public void AddPoint(ulong start, ulong time, double? value, AttributeSet attributes)
    {
        const int Delta = 1;
        const int Cumulative = 2;
        _received++;
        if (IsRefused(_isClientsMetric) || _metric is not { } metric || value is not { } number || IsAgentsView(metric, attributes))
        {
            return;
        }

        if (_temporality is not (Delta or Cumulative))
        {
            Reject("a sum is neither delta nor cumulative");
        }
        else if (!double.IsFinite(number) || number < 0 || number > MetricNames.MaxPoint(metric))
        {
            Reject("a point's value is negative, too large or not a number");
        }
        else if (HasRoom() && IsInTime(time, out var at))
        {
            var part = StableHash.Combine(attributes.Identity, start);
            var stream = StableHash.Combine(_metricStream, part);
            var earlier = StableHash.Combine(_earlierMetricStream, part);
            var origin = Origin(attributes);
            _labels.Add(origin, at, attributes, _scope, _resource);
            _points.Add(PointReader.Read(
                metric, _temporality == Cumulative, at, stream, earlier, (long)(start > 0 ? Math.Min(start, time) : time), (long)time, (long)Math.Round(number * MetricNames.Unit(metric)), attributes, origin));
        }
    }

    /// <summary>The <c>claude agents</c> dashboard counts itself as a session, but is not one.</summary>
    private static bool IsAgentsView(MetricKind metric, AttributeSet attributes) =>
        metric == MetricKind.Sessions && attributes.Text(AttributeKey.StartType).SequenceEqual("agents_view"u8);

    private static bool IsClients(ReadOnlySpan<byte> name) => name.StartsWith("claude_code."u8);

    private bool IsOther => _isOtherService && _isOtherScope;

    /// <param name="isClients">Whether the record's own name shows that it is the client's.</param>
    private bool IsRefused(bool isClients)
    {
        if (!IsOther || isClients)
        {
            return false;
        }

        var service = _resource.Text(AttributeKey.ServiceName);
        _seen.Add(UnrecognisedNameKind.Service, service);
        Reject($"service.name {(service.IsEmpty ? "(none)" : SafeText.Id(service) ?? SafeText.Other)} is not accepted here");
        return true;
    }

    private bool HasRoom()
    {
        var hasRoom = _events.Count + _points.Count < rules.MaxRecords;
        if (!hasRoom)
        {
            Reject($"a message may contain {rules.MaxRecords} records");
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

        Reject(time == 0 ? "a record has no time" : at < rules.From ? "a record is older than events are kept" : "a record is in the future");
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

        // Sessions with an API key or another cloud carry no user.email; the client's documentation has their users set enduser.id.
        var endUser = Either(attributes, AttributeKey.EndUserId);
        var install = Either(attributes, AttributeKey.UserId) is { IsEmpty: false } id ? id : endUser;
        return new Origin(
            SafeText.Email(Either(attributes, AttributeKey.UserEmail)) ?? SafeText.Email(endUser),
            install.IsEmpty ? null : SafeText.Name(install),
            _session,
            SafeText.Name(Either(attributes, AttributeKey.TerminalType)));
    }

    /// <summary>The record's own attribute, otherwise the resource's.</summary>
    private ReadOnlySpan<byte> Either(AttributeSet attributes, AttributeKey key) => attributes.Has(key) ? attributes.Text(key) : _resource.Text(key);
}
