using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Decode;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>Collects what the senders of a message state about themselves: each value once, with the time of the records that state it. Nearly every record
/// states the same as the one before, and then costs only a comparison.</summary>
internal sealed class LabelCollector(BatchRules rules)
{
    /// <summary>The most values that are kept of a message; the next message states them again.</summary>
    public const int MaxLabels = 4096;

    /// <summary>The most values of one sender and attribute in a message; no more of them are stored in total.</summary>
    public const int MaxValues = 16;

    /// <summary>How much of an attribute is looked at, in bytes: more than fits into a label.</summary>
    private const int MaxBytes = 512;

    private const int Attributes = AttributeKey.Own8 - AttributeKey.SettingsSources + 1;

    private readonly Dictionary<LabelKey, Span> _labels = [];
    private readonly Dictionary<LabelKey, int> _values = [];
    private readonly Memo[] _memos = new Memo[Attributes];
    private readonly (LabelKey Key, Span? Span)[] _last = new (LabelKey, Span?)[Attributes];

    /// <summary>Values that were not kept, counted each time they were stated.</summary>
    public int Capped { get; private set; }

    public IReadOnlyList<LabelRecord> ToList() =>
        _labels.Count == 0 ? [] : [.. _labels.Select(pair => new LabelRecord(new Origin(pair.Key.Email, pair.Key.Install, null, ""), pair.Key.Name, pair.Key.Value, pair.Value.FirstAt, pair.Value.LastAt))];

    /// <summary>Adds what a record states: its own attribute takes precedence over the scope's, and that over the resource's.</summary>
    public void Add(in Origin origin, long at, AttributeSet record, AttributeSet scope, AttributeSet resource)
    {
        if (!record.HasLabels && !scope.HasLabels && !resource.HasLabels)
        {
            return;
        }

        for (var key = AttributeKey.Plan; key <= AttributeKey.Own8; key++)
        {
            var value = ValueOf(key, record);
            value = value.Length > 0 ? value : ValueOf(key, scope);
            value = value.Length > 0 ? value : ValueOf(key, resource);
            if (value.Length > 0)
            {
                Add(origin, key, rules.Attributes.LabelOf(key), value, at);
            }
        }
    }

    /// <summary>Adds which managed settings the client found at its start; an event without the list states nothing.</summary>
    public void AddSettings(in Origin origin, long at, AttributeSet record)
    {
        if (record.Has(AttributeKey.SettingsSources))
        {
            var value = ValueOf(AttributeKey.SettingsSources, record);
            Add(origin, AttributeKey.SettingsSources, LabelNames.Settings, value.Length > 0 ? value : LabelNames.NoSettings, at);
        }
    }

    private string ValueOf(AttributeKey key, AttributeSet attributes)
    {
        if (!attributes.Has(key))
        {
            return "";
        }

        var bytes = attributes.Text(key);
        if (bytes.IsEmpty)
        {
            return attributes.Integer(key)?.ToString(CultureInfo.InvariantCulture) ?? "";
        }

        bytes = bytes[..Math.Min(bytes.Length, MaxBytes)];
        ref var memo = ref _memos[key - AttributeKey.SettingsSources];
        if (memo.Bytes is null || !bytes.SequenceEqual(memo.Bytes))
        {
            memo = new Memo(bytes.ToArray(), SafeText.Label(bytes));
        }

        return memo.Text;
    }

    private void Add(in Origin origin, AttributeKey attribute, string name, string value, long at)
    {
        // A user's token determines the record's user, whatever the record states.
        var key = rules.IsOfOneUser ? new LabelKey(null, null, name, value) : new LabelKey(origin.Email, origin.Email is null ? origin.Install : null, name, value);
        ref var last = ref _last[attribute - AttributeKey.SettingsSources];
        if (last.Span is { } same && last.Key == key)
        {
            same.Reach(at);
            return;
        }

        if (_labels.TryGetValue(key, out var known))
        {
            known.Reach(at);
            last = (key, known);
            return;
        }

        // What is not kept adds nothing here either: it would grow with every sender of a message.
        var sender = key with { Value = "" };
        var values = _values.GetValueOrDefault(sender);
        if (_labels.Count >= MaxLabels || values >= MaxValues)
        {
            Capped++;
            return;
        }

        _values[sender] = values + 1;
        last = (key, _labels[key] = new Span(at));
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct LabelKey(string? Email, string? Install, string Name, string Value);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Memo(byte[]? Bytes, string Text);

    /// <summary>The time from the first record to the last.</summary>
    private sealed class Span(long at)
    {
        public long FirstAt { get; private set; } = at;

        public long LastAt { get; private set; } = at;

        public void Reach(long at)
        {
            FirstAt = Math.Min(FirstAt, at);
            LastAt = Math.Max(LastAt, at);
        }
    }
}
