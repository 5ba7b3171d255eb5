using Ccflux.Contracts.Usage;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>A scanned session whose watermark moves once all of its turns are done.</summary>
internal sealed class SessionWork(Action commit)
{
    public int Open { get; private set; }

    public void Opened() => Open++;

    public void Closed()
    {
        Open--;
        if (Open == 0)
        {
            commit();
            Fault.Point(Fault.Committed);
        }
    }
}

/// <summary>A turn to be sent, and the session it was scanned from; null if it comes only from the queue.</summary>
internal sealed record OutgoingTurn(TurnReport Turn, SessionWork? Work);

/// <summary>Turns to be sent, oldest first. Its user bounds it by sending whenever it contains a batch.</summary>
internal sealed class Outbox(StateDirectory state)
{
    private readonly Dictionary<TurnId, TurnReport> _queued = [];
    private readonly List<OutgoingTurn> _turns = [];
    private readonly List<TurnReport> _held = [];

    public int Count => _turns.Count;

    public IReadOnlyList<OutgoingTurn> Turns => _turns;

    /// <summary>Everything that is waiting, including the queue's own turns.</summary>
    public IEnumerable<TurnReport> Waiting => _turns.Select(outgoing => outgoing.Turn).Concat(_queued.Values).Concat(_held);

    /// <param name="queued">Turns that an earlier run left.</param>
    /// <param name="holds">Whether a session must wait.</param>
    public void Restore(IEnumerable<TurnReport> queued, Func<string, bool> holds)
    {
        foreach (var turn in queued)
        {
            if (holds(turn.SessionId))
            {
                _held.Add(turn);
            }
            else
            {
                _queued[TurnId.Of(turn)] = turn;
            }
        }
    }

    /// <summary>Adds a scanned turn, replacing an older report of it.</summary>
    public void Add(TurnReport turn, SessionWork work)
    {
        _queued.Remove(TurnId.Of(turn));
        work.Opened();
        _turns.Add(new OutgoingTurn(turn, work));
    }

    /// <summary>Adds turns that only the queue has: their transcripts may be gone.</summary>
    public void AddQueued()
    {
        _turns.AddRange(_queued.Values.Select(turn => new OutgoingTurn(turn, null)));
        _queued.Clear();
    }

    /// <summary>Removes turns that were acknowledged or set aside, and moves the watermarks of finished sessions.</summary>
    public void Remove(IReadOnlyList<OutgoingTurn> done)
    {
        var gone = done.ToHashSet();
        _turns.RemoveAll(gone.Contains);
        foreach (var outgoing in done)
        {
            outgoing.Work?.Closed();
        }
    }

    /// <summary>Keeps turns for a later run: in the queue, with their sessions unacknowledged.</summary>
    public void Hold(IReadOnlyList<OutgoingTurn> back)
    {
        var gone = back.ToHashSet();
        _turns.RemoveAll(gone.Contains);
        _held.AddRange(back.Select(outgoing => outgoing.Turn));
    }

    public void Clear()
    {
        _held.Clear();
        _turns.Clear();
        _queued.Clear();
    }

    public void Save() => ReportQueue.Save(state, Waiting);
}
