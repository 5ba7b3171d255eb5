using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>Builds turns from rows: decides what a turn is and which turn a row belongs to, and counts a message once.</summary>
/// <remarks>Only recent turns and messages are kept from scan to scan, so that a long session costs no more than a short one. A
/// row that concerns an earlier one requires a restart from the beginning of the files (<see cref="NeedsRestart"/>), which is rare.</remarks>
internal sealed class SessionTurns(ulong owner, byte reading, bool fromStart, MessageClaims claims)
{
    private const int KeptTurns = 32;
    private const int KeptMessages = 1024;
    private const int KeptCalls = 256;

    private readonly List<Turn> _turns = [];
    private readonly Dictionary<ulong, Counted> _messages = [];
    private readonly List<(ulong Call, int Turn)> _calls = [];
    private readonly Dictionary<ulong, int> _turnOfCall = [];
    private bool _promptSeen;
    private int _nextPlace;
    private int _sealedPlaces;

    [StructLayout(LayoutKind.Auto)]
    private struct Counted
    {
        public MessageUsage Usage;
        public int Turn;
        public int Place;
    }

    /// <summary>A row concerns something that is no longer kept; the files must be read from the start.</summary>
    public bool NeedsRestart { get; private set; }

    public int MalformedLines { get; private set; }

    public string? ClaudeCodeVersion { get; private set; }

    public byte Reading => reading;

    /// <summary>Index of the earliest turn that is still kept.</summary>
    public int FirstKept => _turns.Count == 0 ? 0 : _turns[0].Index;

    public void CountMalformed(int lines) => MalformedLines += lines;

    /// <summary>Adds a row of the session's own file, in order. <paramref name="isNew"/>: it was not there at the committed state.</summary>
    public void AddMain(in TranscriptRow row, bool isNew)
    {
        if (!Counts(row))
        {
            return;
        }

        if (row.Kind == RowKind.Prompt)
        {
            StartTurn(row);
        }

        var turn = Current();
        if (row.Kind == RowKind.Message ? !AddMessage(row, turn.Index, isNew) : row.Kind == RowKind.Failure && !Claim(row))
        {
            return;
        }

        turn.Touched |= isNew;
        turn.SeenInMain(row);
        if (row.Sidechain)
        {
            AddLimit(turn, row);
            return;
        }

        switch (row.Kind)
        {
            case RowKind.Message:
                turn.End = row.CallsTool ? TurnEnd.Open : TurnEnd.Answered;
                break;
            case RowKind.Failure:
                turn.Own();
                turn.End = TurnEnd.Failed;
                break;
            default:
                turn.End = TurnEnd.Open;
                break;
        }

        AddLimit(turn, row);
    }

    /// <summary>Adds a row of a subagent's file, which belongs to one turn as a whole.</summary>
    public void AddAgent(in TranscriptRow row, int index, bool isNew)
    {
        if (!Counts(row) || Find(index) is not { } turn)
        {
            return;
        }

        if (row.Kind == RowKind.Message && !AddMessage(row, index, isNew))
        {
            return;
        }

        turn.Touched |= isNew;
        turn.SeenInAgent(row);
        AddLimit(turn, row);
    }

    /// <summary>The turn in progress at an instant: the last one that had started. An instant before all turns belongs to the first.</summary>
    public int TurnAt(long atMs)
    {
        for (var i = _turns.Count - 1; i >= 0; i--)
        {
            if (_turns[i].StartedMs <= atMs)
            {
                return _turns[i].Index;
            }
        }

        var first = Current(atStart: true);
        NeedsRestart |= first.Index > 0;
        return first.Index;
    }

    public int? TurnOfCall(ulong call) => _turnOfCall.TryGetValue(call, out var turn) ? turn : null;

    public void Touch(int index)
    {
        if (Find(index) is { } turn)
        {
            turn.Touched = true;
        }
    }

    /// <summary>The turns that belong to this session and changed since the committed state.</summary>
    public IEnumerable<TurnReport> Changed(string sessionId, long sessionStartMs) =>
        _turns.Where(turn => turn.IsOwn && turn.Touched && turn.Index <= ReportLimits.MaxTurnIndex)
            .Select(turn => turn.ToReport(sessionId, sessionStartMs))
            .OfType<TurnReport>();

    /// <summary>Answers in changed turns that cannot be reported because no row has a time.</summary>
    public int AnswersWithoutTime() => _turns.Where(turn => turn.IsOwn && turn.Touched && !turn.HasTime).Sum(turn => turn.Messages);

    public void Write(BinaryWriter writer)
    {
        var messages = _messages.OrderByDescending(pair => pair.Value.Place).Take(KeptMessages).Reverse().ToArray();
        writer.Write(_promptSeen);
        writer.Write7BitEncodedInt(MalformedLines);
        writer.Write(ClaudeCodeVersion ?? string.Empty);
        writer.Write7BitEncodedInt(_nextPlace);
        writer.Write7BitEncodedInt(messages.Length < _messages.Count ? messages[0].Value.Place : _sealedPlaces);
        writer.Write7BitEncodedInt(messages.Length);
        foreach (var (id, counted) in messages)
        {
            writer.Write(id);
            writer.Write7BitEncodedInt(counted.Turn);
            writer.Write7BitEncodedInt(counted.Place);
            counted.Usage.Write(writer);
        }

        var turns = _turns.TakeLast(KeptTurns).ToArray();
        writer.Write7BitEncodedInt(turns.Length);
        foreach (var turn in turns)
        {
            turn.Write(writer);
        }

        var calls = _calls.TakeLast(KeptCalls).ToArray();
        writer.Write7BitEncodedInt(calls.Length);
        foreach (var (call, turn) in calls)
        {
            writer.Write(call);
            writer.Write7BitEncodedInt(turn);
        }
    }

    /// <summary>Restores what <see cref="Write"/> wrote.</summary>
    public static SessionTurns Read(BinaryReader reader, ulong owner, byte reading, MessageClaims claims)
    {
        var session = new SessionTurns(owner, reading, fromStart: false, claims)
        {
            _promptSeen = reader.ReadBoolean(),
            MalformedLines = reader.Read7BitEncodedInt(),
            ClaudeCodeVersion = reader.ReadString() is { Length: > 0 } version ? version : null,
            _nextPlace = reader.Read7BitEncodedInt(),
            _sealedPlaces = reader.Read7BitEncodedInt(),
        };
        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            var id = reader.ReadUInt64();
            session._messages[id] = new Counted
            {
                Turn = reader.Read7BitEncodedInt(),
                Place = reader.Read7BitEncodedInt(),
                Usage = MessageUsage.Read(reader),
            };
        }

        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            session._turns.Add(Turn.Read(reader));
        }

        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            session.AddCall(reader.ReadUInt64(), reader.Read7BitEncodedInt());
        }

        return session;
    }

    private bool Counts(in TranscriptRow row)
    {
        ClaudeCodeVersion = row.Version ?? ClaudeCodeVersion;
        MalformedLines += row.Kind == RowKind.Malformed ? 1 : 0;
        return row.Kind is not (RowKind.Ignored or RowKind.Malformed);
    }

    private void StartTurn(in TranscriptRow row)
    {
        // Rows before the first prompt belong to turn 0 together with it.
        if (_promptSeen)
        {
            _turns.Add(new Turn(_turns[^1].Index + 1));
        }

        _promptSeen = true;
        if (Claim(row))
        {
            Current().Own();
        }
    }

    private Turn Current(bool atStart = false)
    {
        if (_turns.Count == 0)
        {
            _turns.Add(new Turn(0));
        }

        return atStart ? _turns[0] : _turns[^1];
    }

    private Turn? Find(int index)
    {
        var first = Current(atStart: true).Index;
        if (index < first)
        {
            NeedsRestart = true;
            return null;
        }

        return _turns[index - first];
    }

    /// <summary>False if another session has claimed the row: then it is a copy.</summary>
    private bool Claim(in TranscriptRow row)
    {
        if (row.Id == 0)
        {
            return true;
        }

        var claim = claims.Take(row.Id, owner, new ClaimNumber(reading, _nextPlace), row.AtMs);
        if (claim.IsOwn)
        {
            _nextPlace++;
        }

        return claim.IsOwn;
    }

    private bool AddMessage(in TranscriptRow row, int index, bool isNew)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_messages, row.Id);
        if (!fromStart && row.EarlierId != 0 && System.Runtime.CompilerServices.Unsafe.IsNullRef(ref known))
        {
            known = ref CollectionsMarshal.GetValueRefOrNullRef(_messages, row.EarlierId);
        }

        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref known))
        {
            return Merge(ref known, row, index, isNew);
        }

        // Counted by ccflux 1.0 under the message's id alone: as a copy in another session, or long ago in this one.
        if (row.EarlierId != 0 && claims.OwnerOf(row.EarlierId) is { } before && claims.OwnerOf(row.Id) is null && (before != owner || !fromStart))
        {
            NeedsRestart |= before == owner;
            return false;
        }

        var claim = claims.Take(row.Id, owner, new ClaimNumber(reading, _nextPlace), row.AtMs);
        if (!claim.IsOwn)
        {
            return false;
        }

        if (!fromStart && claim.Earlier is { } earlier && (earlier.Reading != reading || earlier.Place < _sealedPlaces))
        {
            NeedsRestart = true;
            return false;
        }

        _messages.Add(row.Id, new Counted { Usage = row.Usage, Turn = index, Place = _nextPlace++ });
        if (Find(index) is { } turn)
        {
            turn.Own();
            turn.Add(row.Usage);
        }

        if (row.AgentCall != 0)
        {
            AddCall(row.AgentCall, index);
        }

        return true;
    }

    /// <summary>Merges another row of a message that is already counted. It stays in the earlier of the two turns.</summary>
    private bool Merge(ref Counted known, in TranscriptRow row, int index, bool isNew)
    {
        if (row.AgentCall != 0)
        {
            AddCall(row.AgentCall, index);
        }

        var best = row.Usage.IsBetterThan(known.Usage) ? row.Usage : known.Usage;
        best.Subagent = row.Usage.Subagent && known.Usage.Subagent;
        var target = Math.Min(known.Turn, index);
        if (Find(known.Turn) is not { } from || Find(target) is not { } to)
        {
            return false;
        }

        from.Remove(known.Usage);
        to.Add(best);
        to.Own();
        from.Touched |= isNew;
        to.Touched |= isNew;
        known.Usage = best;
        known.Turn = target;
        return true;
    }

    private void AddCall(ulong call, int turn)
    {
        if (_turnOfCall.TryAdd(call, turn))
        {
            _calls.Add((call, turn));
        }
    }

    private static void AddLimit(Turn turn, in TranscriptRow row)
    {
        if (row.Kind == RowKind.Limit || (row.Kind == RowKind.Failure && row.RateLimited))
        {
            turn.Limited(row, final: row.Kind == RowKind.Failure && !row.Sidechain);
        }
    }
}
