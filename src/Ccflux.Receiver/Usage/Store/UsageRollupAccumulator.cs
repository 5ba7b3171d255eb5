using System.Runtime.InteropServices;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Sums in memory what a transaction adds to days, sessions and totals, and writes it once at its end. Bounded by the transaction.</summary>
internal sealed class UsageRollupAccumulator
{
    private readonly Dictionary<(int Day, long User, long Model), DayCell> _days = [];
    private readonly Dictionary<(int Day, long User), TurnCell> _userDays = [];
    private readonly Dictionary<(int Day, long User, long Session), long> _sessionDays = [];
    private readonly Dictionary<long, SpanCell> _sessions = [];
    private readonly Dictionary<long, SpanCell> _totals = [];
    private readonly Dictionary<(long User, long Model), ModelCell> _models = [];
    private readonly HashSet<long> _shrunk = [];
    private readonly SqlParameter[] _dayValues = new SqlParameter[4 + UsageSums.Count];

    /// <summary>True if the last <see cref="Flush"/> deleted sessions together with their last turn: session caches must be cleared.</summary>
    public bool SessionsDeleted { get; private set; }

    public void SessionCreated(long user) => Span(_totals, user).Sessions++;

    public void Add(in StoredTurn turn, long? sessionStart, ReadOnlySpan<StoredEvent> events) => Count(turn, sessionStart, events, 1);

    /// <summary>The turn or its events changed.</summary>
    public void Replace(in StoredTurn known, ReadOnlySpan<StoredEvent> knownEvents, in StoredTurn turn, long? sessionStart, ReadOnlySpan<StoredEvent> events)
    {
        Count(known, null, knownEvents, -1);
        Count(turn, sessionStart, events, 1);
    }

    /// <summary>The turn was deleted.</summary>
    public void Remove(in StoredTurn turn, ReadOnlySpan<StoredEvent> events)
    {
        Count(turn, null, events, -1);
        _shrunk.Add(turn.SessionRef);
    }

    public void Flush(WriteSession session)
    {
        SessionsDeleted = false;
        FlushDays(session);
        FlushSessions(session);
        FlushTotals(session);
        Clear();
    }

    public void Clear()
    {
        _days.Clear();
        _userDays.Clear();
        _sessionDays.Clear();
        _sessions.Clear();
        _totals.Clear();
        _models.Clear();
        _shrunk.Clear();
    }

    private void Count(in StoredTurn turn, long? sessionStart, ReadOnlySpan<StoredEvent> events, int sign)
    {
        foreach (ref readonly var each in events)
        {
            ref var day = ref CollectionsMarshal.GetValueRefOrAddDefault(_days, (turn.Day, turn.UserId, each.ModelId), out _);
            day.Events += sign;
            day.Sums.Add(each.Sums, sign);
            day.Shrunk |= sign < 0;

            ref var model = ref CollectionsMarshal.GetValueRefOrAddDefault(_models, (turn.UserId, each.ModelId), out _);
            model.Events += sign;
            model.Messages += sign * each.Sums.Messages;
            model.Tokens = model.Tokens.Plus(each.Sums.Tokens, sign);
            model.Shrunk |= sign < 0;
        }

        ref var userDay = ref CollectionsMarshal.GetValueRefOrAddDefault(_userDays, (turn.Day, turn.UserId), out _);
        userDay.Turns += sign;
        userDay.Failed += sign * turn.Failed;
        userDay.Shrunk |= sign < 0;

        CollectionsMarshal.GetValueRefOrAddDefault(_sessionDays, (turn.Day, turn.UserId, turn.SessionRef), out _) += sign;

        ref var session = ref Span(_sessions, turn.SessionRef);
        session.User = turn.UserId;
        session.Turns += sign;
        session.Events += sign * events.Length;
        session.Tokens = session.Tokens.Plus(StoredEvent.TokensOf(events), sign);
        session.StartedAt = sessionStart is null || session.StartedAt < sessionStart ? session.StartedAt : sessionStart;

        ref var total = ref Span(_totals, turn.UserId);
        total.Turns += sign;
        total.Failed += sign * turn.Failed;
        if (sign > 0)
        {
            session.Reach(turn);
            total.Reach(turn);
        }
    }

    private static ref SpanCell Span(Dictionary<long, SpanCell> cells, long key)
    {
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(cells, key, out var known);
        if (!known)
        {
            cell.First = long.MaxValue;
            cell.Last = long.MinValue;
        }

        return ref cell;
    }

    private void FlushDays(WriteSession session)
    {
        foreach (var ((day, user, model), cell) in _days)
        {
            _dayValues[0] = ("day", day);
            _dayValues[1] = ("user", user);
            _dayValues[2] = ("model", model);
            _dayValues[3] = ("events", cell.Events);
            cell.Sums.CopyTo(_dayValues.AsSpan(4));
            session.Execute(UsageRollupSql.AddDay, _dayValues);
            if (cell.Shrunk)
            {
                session.Execute(UsageRollupSql.DeleteEmptyDay, ("day", day), ("user", user), ("model", model));
            }
        }

        foreach (var ((day, user), cell) in _userDays)
        {
            session.Execute(UsageRollupSql.AddUserDay, ("day", day), ("user", user), ("turns", cell.Turns), ("failed", cell.Failed));
            if (cell.Shrunk)
            {
                session.Execute(UsageRollupSql.DeleteEmptyUserDay, ("day", day), ("user", user));
            }
        }
    }

    private void FlushSessions(WriteSession writing)
    {
        foreach (var ((day, user, session), turns) in _sessionDays)
        {
            if (turns == 0)
            {
                continue;
            }

            if (writing.Execute(UsageRollupSql.AddSessionDay, ("turns", turns), ("day", day), ("user", user), ("session", session)) == 0)
            {
                writing.Execute(UsageRollupSql.InsertSessionDay, ("day", day), ("user", user), ("session", session), ("turns", turns));
                writing.Execute(UsageRollupSql.LinkNextSessionDay, ("day", day), ("user", user), ("session", session));
            }
            else if (turns < 0 && writing.Execute(UsageRollupSql.DeleteEmptySessionDay, ("day", day), ("user", user), ("session", session)) > 0)
            {
                writing.Execute(UsageRollupSql.LinkNextSessionDay, ("day", day), ("user", user), ("session", session));
            }
        }

        foreach (var (session, cell) in _sessions)
        {
            writing.Execute(
                UsageRollupSql.AddSession,
                ("started_at", cell.StartedAt), ("first_at", cell.First), ("last_at", cell.Last), ("turns", cell.Turns), ("events", cell.Events),
                ("input_tokens", cell.Tokens.Input), ("output_tokens", cell.Tokens.Output),
                ("cache_read_tokens", cell.Tokens.CacheRead), ("cache_write_tokens", cell.Tokens.CacheWrite), ("session", session));
            if (!_shrunk.Contains(session))
            {
                continue;
            }

            ref var total = ref Span(_totals, cell.User);
            total.Shrunk = true;
            if (writing.Execute(UsageRollupSql.DeleteEmptySession, ("session", session)) > 0)
            {
                total.Sessions--;
                SessionsDeleted = true;
            }
            else
            {
                writing.Execute(UsageRollupSql.RecountSessionSpan, ("session", session));
            }
        }
    }

    private void FlushTotals(WriteSession session)
    {
        foreach (var (user, cell) in _totals)
        {
            session.Execute(
                UsageRollupSql.AddTotals,
                ("user", user), ("sessions", cell.Sessions), ("turns", cell.Turns), ("failed", cell.Failed), ("first_at", cell.First), ("last_at", cell.Last));
            if (cell.Shrunk && session.Execute(UsageRollupSql.DeleteEmptyTotals, ("user", user)) == 0)
            {
                session.Execute(UsageRollupSql.RecountTotalsSpan, ("user", user));
            }
        }

        foreach (var ((user, model), cell) in _models)
        {
            session.Execute(
                UsageRollupSql.AddModel,
                ("user", user), ("model", model), ("events", cell.Events), ("messages", cell.Messages),
                ("input_tokens", cell.Tokens.Input), ("output_tokens", cell.Tokens.Output),
                ("cache_read_tokens", cell.Tokens.CacheRead), ("cache_write_tokens", cell.Tokens.CacheWrite));
            if (cell.Shrunk)
            {
                session.Execute(UsageRollupSql.DeleteEmptyModel, ("user", user), ("model", model));
            }
        }
    }

    private struct DayCell
    {
        public long Events;
        public UsageSums Sums;
        public bool Shrunk;
    }

    private struct TurnCell
    {
        public long Turns;
        public long Failed;
        public bool Shrunk;
    }

    private struct ModelCell
    {
        public long Events;
        public long Messages;
        public TokenSums Tokens;
        public bool Shrunk;
    }

    /// <summary>Counts of a session or a user, and the span from the first start to the last end.</summary>
    private struct SpanCell
    {
        public long User;
        public long Sessions;
        public long Turns;
        public long Failed;
        public long Events;
        public TokenSums Tokens;
        public long? StartedAt;
        public long First;
        public long Last;
        public bool Shrunk;

        public void Reach(in StoredTurn turn)
        {
            First = Math.Min(First, turn.StartedAt);
            Last = Math.Max(Last, turn.EndedAt);
        }
    }
}
