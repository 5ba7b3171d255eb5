using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>A turn as far as it has been read.</summary>
internal sealed class Turn(int index)
{
    /// <summary>Stands for the models above the number that a report may contain.</summary>
    public const string OtherModels = "other";

    private readonly Dictionary<string, ModelSum> _models = new(StringComparer.Ordinal);
    private readonly List<LimitEvent> _limits = [];
    private LimitEvent? _lastLimit;
    private long _startedMs;
    private long _endedMs;
    private string? _entrypoint;

    public int Index => index;

    /// <summary>When its prompt was written, or its first row if the prompt is missing; 0 before either.</summary>
    public long StartedMs => _startedMs;

    /// <summary>Whether part of it belongs to this session, so that it is not just a copy of another session's turn.</summary>
    public bool IsOwn { get; private set; }

    /// <summary>Changed since the committed state.</summary>
    public bool Touched { get; set; }

    public TurnEnd End { get; set; }

    public void Own() => IsOwn = true;

    /// <summary>Whether some row of it has a time.</summary>
    public bool HasTime => _startedMs > 0 || _endedMs > 0;

    public int Messages => _models.Values.Sum(sum => sum.Messages);

    /// <summary>Records that a row of the session's own file was written at this instant.</summary>
    public void SeenInMain(in TranscriptRow row)
    {
        if (row.AtMs > 0)
        {
            _startedMs = _startedMs == 0 ? row.AtMs : Math.Min(_startedMs, row.AtMs);
            _endedMs = Math.Max(_endedMs, row.AtMs);
        }

        _entrypoint ??= row.Entrypoint;
    }

    /// <summary>Records a subagent's row: the turn continues, but does not start earlier.</summary>
    public void SeenInAgent(in TranscriptRow row) => _endedMs = Math.Max(_endedMs, row.AtMs);

    public void Add(in MessageUsage usage)
    {
        var name = Listed(usage.Model!);
        if (!_models.TryGetValue(name, out var sum))
        {
            _models.Add(name, sum = new ModelSum());
        }

        sum.Add(usage);
    }

    /// <summary>Removes what was added before.</summary>
    public void Remove(in MessageUsage usage)
    {
        var name = Listed(usage.Model!);
        var sum = _models[name];
        sum.Remove(usage);
        if (sum.Messages == 0 && !string.Equals(name, OtherModels, StringComparison.Ordinal))
        {
            _models.Remove(name);
        }
    }

    /// <summary>Records a rate limit. A final refusal names no window; the last retry of the same turn may have.</summary>
    public void Limited(in TranscriptRow row, bool final)
    {
        if (row.AtMs == 0)
        {
            return;
        }

        var limit = new LimitEvent
        {
            AtUtc = Instant.ToUtc(row.AtMs),
            Window = row.Window ?? (final ? _lastLimit?.Window : null),
            ResetsAtUtc = row.ResetsAtMs > 0 ? Instant.ToUtc(row.ResetsAtMs) : final ? _lastLimit?.ResetsAtUtc : null,
            Final = final,
        };
        if (!row.Sidechain)
        {
            _lastLimit = limit;
        }

        _limits.Add(limit);
        if (_limits.Count > ReportLimits.MaxLimitEvents)
        {
            _limits.Sort(ByTime);
            _limits.RemoveAt(0);
        }
    }

    /// <summary>Null if no row of the turn has a time.</summary>
    public TurnReport? ToReport(string sessionId, long sessionStartMs)
    {
        if (!HasTime)
        {
            return null;
        }

        var started = _startedMs > 0 ? _startedMs : _endedMs;
        _limits.Sort(ByTime);
        return new TurnReport
        {
            SessionId = sessionId,
            TurnIndex = index,
            StartedUtc = Instant.ToUtc(started),
            EndedUtc = Instant.ToUtc(Math.Max(started, _endedMs)),
            SessionStartUtc = sessionStartMs > 0 ? Instant.ToUtc(sessionStartMs) : null,
            Entrypoint = _entrypoint,
            Outcome = End switch
            {
                TurnEnd.Answered => TurnOutcome.Completed,
                TurnEnd.Failed => TurnOutcome.Failed,
                TurnEnd.Open => TurnOutcome.Interrupted,
            },
            Models = _models.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .ToDictionary(pair => pair.Key, pair => pair.Value.ToReport(), StringComparer.Ordinal),
            LimitEvents = _limits.Count > 0 ? [.. _limits] : null,
        };
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(index);
        writer.Write(IsOwn);
        writer.Write((byte)End);
        writer.Write7BitEncodedInt64(_startedMs);
        writer.Write7BitEncodedInt64(_endedMs);
        writer.Write(_entrypoint ?? string.Empty);
        writer.Write7BitEncodedInt(_models.Count);
        foreach (var (name, sum) in _models)
        {
            writer.Write(name);
            sum.Write(writer);
        }

        writer.Write7BitEncodedInt(_limits.Count);
        foreach (var limit in _limits)
        {
            Write(writer, limit);
        }

        writer.Write(_lastLimit is not null);
        if (_lastLimit is not null)
        {
            Write(writer, _lastLimit);
        }
    }

    public static Turn Read(BinaryReader reader)
    {
        var turn = new Turn(reader.Read7BitEncodedInt())
        {
            IsOwn = reader.ReadBoolean(),
            End = (TurnEnd)reader.ReadByte(),
            _startedMs = reader.Read7BitEncodedInt64(),
            _endedMs = reader.Read7BitEncodedInt64(),
            _entrypoint = reader.ReadString() is { Length: > 0 } entrypoint ? entrypoint : null,
        };
        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            turn._models.Add(reader.ReadString(), ModelSum.Read(reader));
        }

        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            turn._limits.Add(ReadLimit(reader));
        }

        turn._lastLimit = reader.ReadBoolean() ? ReadLimit(reader) : null;
        return turn;
    }

    private static int ByTime(LimitEvent one, LimitEvent other) =>
        one.AtUtc != other.AtUtc ? one.AtUtc.CompareTo(other.AtUtc) : one.Final.CompareTo(other.Final);

    private static void Write(BinaryWriter writer, LimitEvent limit)
    {
        writer.Write7BitEncodedInt64(limit.AtUtc.ToUnixTimeMilliseconds());
        writer.Write(limit.Window ?? string.Empty);
        writer.Write7BitEncodedInt64(limit.ResetsAtUtc?.ToUnixTimeMilliseconds() ?? 0);
        writer.Write(limit.Final);
    }

    private static LimitEvent ReadLimit(BinaryReader reader) => new()
    {
        AtUtc = Instant.ToUtc(reader.Read7BitEncodedInt64()),
        Window = reader.ReadString() is { Length: > 0 } window ? window : null,
        ResetsAtUtc = reader.Read7BitEncodedInt64() is var resets and > 0 ? Instant.ToUtc(resets) : null,
        Final = reader.ReadBoolean(),
    };

    /// <summary>The name under which a model's sums are listed: its own, or a common one above the number that a report may contain.</summary>
    private string Listed(string model) =>
        _models.ContainsKey(model) || _models.Count < ReportLimits.MaxModels - 1 ? model : OtherModels;
}

/// <summary>What the rows of a turn's main thread have ended with so far.</summary>
internal enum TurnEnd : byte
{
    /// <summary>No answer yet, an answer that called a tool, or the user stopped it.</summary>
    Open = 0,
    Answered = 1,
    Failed = 2,
}
