using System.Runtime.InteropServices;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>
/// Assigns turns to 5-hour windows. A turn inside a known window, or far enough from all windows to open its own, is summed in memory.
/// Any other turn (one before windows that it would shift, or one that moved or was deleted) marks the user, and <see cref="Flush"/> recounts
/// from there until the new windows match the stored ones. A transaction recounts a limited number of rows. The rest continues in later
/// transactions, through <see cref="GoOn"/>; until then, the user's windows lag behind the turns.
/// </summary>
/// <param name="rowsPerTransaction">Rows of turns that a transaction recounts: about 10 ms of the writer's thread.</param>
internal sealed class WindowAssigner(int rowsPerTransaction = WindowAssigner.RowsPerTransaction)
{
    public const int RowsPerTransaction = 4000;

    /// <summary>Users whose latest window is cached between transactions.</summary>
    private const int MaxCurrent = 20_000;

    private readonly Dictionary<(long User, long Start), WindowSums> _cells = [];
    private readonly HashSet<(long User, long Start, long Session)> _sessions = [];
    private readonly Dictionary<long, (long From, long To)> _recount = [];
    private readonly Dictionary<long, long> _current = [];

    // As stored in the table; null: not read yet.
    private SortedDictionary<long, WindowRecount>? _unfinished;
    private long _lastContinued;
    private bool _goesOn;

    /// <summary>True while some user's recount is unfinished; known after the first <see cref="Flush"/>.</summary>
    public bool IsBehind => _unfinished is { Count: > 0 };

    /// <summary>Makes this transaction continue counting for one of the users whose windows lag behind.</summary>
    public void GoOn() => _goesOn = true;

    public void Add(WriteSession session, in StoredTurn turn, in TokenSums tokens)
    {
        if (WillBeCounted(session, turn))
        {
            Recount(turn.UserId, turn.EndedAt);
            return;
        }

        if (Find(session, turn.UserId, turn.EndedAt) is not { } start)
        {
            start = WindowRule.StartFor(turn.EndedAt);
            if (session.Scalar(WindowSql.SelectNextStart, ("user", turn.UserId), ("at", turn.EndedAt)) < start + WindowRule.Length)
            {
                Recount(turn.UserId, turn.EndedAt);
                return;
            }

            Put(session, turn.UserId, start, new WindowSums { Last = turn.EndedAt });
            Remember(turn.UserId, start);
        }

        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_cells, (turn.UserId, start), out _);
        cell.Last = Math.Max(cell.Last, turn.EndedAt);
        cell.Turns++;
        cell.Tokens = cell.Tokens.Plus(tokens, 1);
        _sessions.Add((turn.UserId, start, turn.SessionRef));
    }

    /// <summary>The turn did not move, and its tokens changed by the difference.</summary>
    public void Adjust(WriteSession session, in StoredTurn turn, in TokenSums difference)
    {
        if (!WillBeCounted(session, turn) && Find(session, turn.UserId, turn.EndedAt) is { } start)
        {
            ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_cells, (turn.UserId, start), out _);
            cell.Tokens = cell.Tokens.Plus(difference, 1);
        }
        else
        {
            Recount(turn.UserId, turn.EndedAt);
        }
    }

    /// <summary>The turn is no longer at this instant.</summary>
    public void Remove(in StoredTurn turn) => Recount(turn.UserId, turn.EndedAt);

    /// <summary>Writes the sums. The transaction's turns and events must already be in their tables.</summary>
    public void Flush(WriteSession writing)
    {
        foreach (var (user, start, session) in _sessions)
        {
            if (writing.Execute(WindowSql.AddSession, ("user", user), ("start", start), ("session", session)) > 0)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_cells, (user, start), out _).Sessions++;
            }
        }

        foreach (var ((user, start), cell) in _cells)
        {
            Put(writing, user, start, cell);
        }

        var unfinished = Unfinished(writing);
        var budget = rowsPerTransaction;
        foreach (var (user, (from, to)) in _recount)
        {
            if (unfinished.TryGetValue(user, out var known))
            {
                // Left to GoOn: a user who keeps changing the past does not delay the others.
                Keep(writing, user, from > known.At
                    ? known with { To = Math.Max(known.To, to) }
                    : WindowRecount.Begin(writing, user, from, Math.Max(to, Math.Max(known.To, known.At))));
            }
            else
            {
                Count(writing, user, WindowRecount.Begin(writing, user, from, to), ref budget);
            }
        }

        if (_goesOn)
        {
            Continue(writing, ref budget);
        }

        Clear();
    }

    public void Forget()
    {
        Clear();
        _current.Clear();
        _unfinished = null;
    }

    internal static void Put(WriteSession session, long user, long start, in WindowSums cell) => session.Execute(
        WindowSql.Add,
        ("user", user), ("start", start), ("last", cell.Last), ("turns", cell.Turns), ("sessions", cell.Sessions),
        ("input_tokens", cell.Tokens.Input), ("output_tokens", cell.Tokens.Output),
        ("cache_read_tokens", cell.Tokens.CacheRead), ("cache_write_tokens", cell.Tokens.CacheWrite));

    /// <summary>True if a pending recount has not reached the turn yet: it will find the turn in its table.</summary>
    private bool WillBeCounted(WriteSession session, in StoredTurn turn) =>
        Unfinished(session).TryGetValue(turn.UserId, out var recount) && turn.EndedAt >= recount.At;

    private SortedDictionary<long, WindowRecount> Unfinished(WriteSession session)
    {
        if (_unfinished is null)
        {
            _unfinished = [];
            using var rows = session.Query(WindowSql.SelectRecounts);
            while (rows.Read())
            {
                _unfinished[rows.Int64(0)] = new WindowRecount(rows.Int64(1), rows.Int64(2), rows.Int64(3), rows.Int64(4), rows.Int64(5));
            }
        }

        return _unfinished;
    }

    /// <summary>Continues the recount of the next user, round robin.</summary>
    private void Continue(WriteSession session, ref int budget)
    {
        if (Unfinished(session).Count == 0)
        {
            return;
        }

        var user = _unfinished!.Keys.FirstOrDefault(candidate => candidate > _lastContinued, _unfinished.Keys.First());
        _lastContinued = user;
        Count(session, user, _unfinished[user], ref budget);
    }

    private void Count(WriteSession session, long user, in WindowRecount recount, ref int budget)
    {
        _current.Remove(user);
        if (budget > 0 && recount.Run(session, user, ref budget) is var rest)
        {
            if (rest is { } unfinished)
            {
                Keep(session, user, unfinished);
            }
            else if (_unfinished?.Remove(user) == true)
            {
                session.Execute(WindowSql.DeleteRecount, ("user", user));
            }
        }
        else
        {
            Keep(session, user, recount);
        }
    }

    private void Keep(WriteSession session, long user, in WindowRecount recount)
    {
        _current.Remove(user);
        Unfinished(session)[user] = recount;
        session.Execute(
            WindowSql.PutRecount,
            ("user", user), ("to", recount.To), ("start", recount.Start), ("at", recount.At), ("turn", recount.Turn), ("cleared", recount.Cleared));
    }

    private long? Find(WriteSession session, long user, long instant)
    {
        if (_current.TryGetValue(user, out var current) && WindowRule.Holds(current, instant))
        {
            return current;
        }

        if (session.Scalar(WindowSql.SelectLatestStart, ("user", user), ("at", instant)) is { } start && WindowRule.Holds(start, instant))
        {
            Remember(user, start);
            return start;
        }

        return null;
    }

    private void Remember(long user, long start)
    {
        if (_current.Count >= MaxCurrent)
        {
            _current.Clear();
        }

        _current[user] = start;
    }

    private void Recount(long user, long instant)
    {
        ref var span = ref CollectionsMarshal.GetValueRefOrAddDefault(_recount, user, out var known);
        span = known ? (Math.Min(span.From, instant), Math.Max(span.To, instant)) : (instant, instant);
    }

    private void Clear()
    {
        _cells.Clear();
        _sessions.Clear();
        _recount.Clear();
        _goesOn = false;
    }
}
