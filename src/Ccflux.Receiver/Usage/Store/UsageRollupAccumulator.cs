using System.Runtime.InteropServices;
using Ccflux.Storage.Sqlite;

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
    private readonly SqlValue[] _dayValues = new SqlValue[4 + UsageSums.Count];

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

    public void Flush(SqlConnection connection)
    {
        SessionsDeleted = false;
        FlushDays(connection);
        FlushSessions(connection);
        FlushTotals(connection);
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
            model.Tokens = model.Tokens.Plus(TokenSums.Of(each.Sums), sign);
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
        session.Tokens = session.Tokens.Plus(TokenSums.Of(events), sign);
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

    private void FlushDays(SqlConnection connection)
    {
        foreach (var ((day, user, model), cell) in _days)
        {
            _dayValues[0] = day;
            _dayValues[1] = user;
            _dayValues[2] = model;
            _dayValues[3] = cell.Events;
            for (var i = 0; i < UsageSums.Count; i++)
            {
                _dayValues[4 + i] = cell.Sums[i];
            }

            connection.Execute(UsageRollupSql.AddDay, _dayValues);
            if (cell.Shrunk)
            {
                connection.Execute(UsageRollupSql.DeleteEmptyDay, day, user, model);
            }
        }

        foreach (var ((day, user), cell) in _userDays)
        {
            connection.Execute(UsageRollupSql.AddUserDay, day, user, cell.Turns, cell.Failed);
            if (cell.Shrunk)
            {
                connection.Execute(UsageRollupSql.DeleteEmptyUserDay, day, user);
            }
        }
    }

    private void FlushSessions(SqlConnection connection)
    {
        foreach (var ((day, user, session), turns) in _sessionDays)
        {
            if (turns == 0)
            {
                continue;
            }

            if (connection.Execute(UsageRollupSql.AddSessionDay, turns, day, user, session) == 0)
            {
                connection.Execute(UsageRollupSql.InsertSessionDay, day, user, session, turns);
                connection.Execute(UsageRollupSql.LinkNextSessionDay, day, user, session);
            }
            else if (turns < 0 && connection.Execute(UsageRollupSql.DeleteEmptySessionDay, day, user, session) > 0)
            {
                connection.Execute(UsageRollupSql.LinkNextSessionDay, day, user, session);
            }
        }

        foreach (var (session, cell) in _sessions)
        {
            connection.Execute(
                UsageRollupSql.AddSession,
                cell.StartedAt, cell.First, cell.Last, cell.Turns, cell.Events,
                cell.Tokens.Input, cell.Tokens.Output, cell.Tokens.CacheRead, cell.Tokens.CacheWrite, session);
            if (!_shrunk.Contains(session))
            {
                continue;
            }

            ref var total = ref Span(_totals, cell.User);
            total.Shrunk = true;
            if (connection.Execute(UsageRollupSql.DeleteEmptySession, session) > 0)
            {
                total.Sessions--;
                SessionsDeleted = true;
            }
            else
            {
                connection.Execute(UsageRollupSql.RecountSessionSpan, session);
            }
        }
    }

    private void FlushTotals(SqlConnection connection)
    {
        foreach (var (user, cell) in _totals)
        {
            connection.Execute(UsageRollupSql.AddTotals, user, cell.Sessions, cell.Turns, cell.Failed, cell.First, cell.Last);
            if (cell.Shrunk && connection.Execute(UsageRollupSql.DeleteEmptyTotals, user) == 0)
            {
                connection.Execute(UsageRollupSql.RecountTotalsSpan, user);
            }
        }

        foreach (var ((user, model), cell) in _models)
        {
            connection.Execute(
                UsageRollupSql.AddModel,
                user, model, cell.Events, cell.Messages, cell.Tokens.Input, cell.Tokens.Output, cell.Tokens.CacheRead, cell.Tokens.CacheWrite);
            if (cell.Shrunk)
            {
                connection.Execute(UsageRollupSql.DeleteEmptyModel, user, model);
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
