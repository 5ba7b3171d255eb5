using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>The statements of the sums by hour, by day or over all time. The first two take the hour's slot or the day as <c>@period</c>.</summary>
internal sealed record RollupStatements(
    string AddUsage, string DeleteUsage, string AddUser, string DeleteUser, SessionStatements? Sessions)
{
    public static RollupStatements Hours { get; } = new(
        LedgerRollupSql.AddHour, LedgerRollupSql.DeleteEmptyHour, LedgerRollupSql.AddUserHour, LedgerRollupSql.DeleteEmptyUserHour,
        new SessionStatements(LedgerRollupSql.AddToSessionHour, LedgerRollupSql.InsertSessionHour, LedgerRollupSql.DeleteEmptySessionHour));

    public static RollupStatements Days { get; } = new(
        LedgerRollupSql.AddDay, LedgerRollupSql.DeleteEmptyDay, LedgerRollupSql.AddUserDay, LedgerRollupSql.DeleteEmptyUserDay,
        new SessionStatements(LedgerRollupSql.AddToSessionDay, LedgerRollupSql.InsertSessionDay, LedgerRollupSql.DeleteEmptySessionDay));

    /// <summary>Sessions have totals of their own.</summary>
    public static RollupStatements AllTime { get; } = new(
        LedgerRollupSql.AddTotal, LedgerRollupSql.DeleteEmptyTotal, LedgerRollupSql.AddUserTotal, LedgerRollupSql.DeleteEmptyUserTotal, Sessions: null);
}

/// <summary>The statements of the sums by session and period.</summary>
internal sealed record SessionStatements(string Add, string Insert, string DeleteEmpty);

/// <summary>Collects what a transaction adds to the sums of one level, hours, days or all time: usage by user, model and price class; requests and turns by user; facts by session.</summary>
/// <param name="sql">Of the level.</param>
/// <param name="periodOf">The slot or the day of an instant in epoch milliseconds; 0 for all time.</param>
internal sealed class RollupLevel(RollupStatements sql, Func<long, long> periodOf)
{
    private readonly Dictionary<(long Period, long User, long Model, int Class), UsageCell> _usage = [];
    private readonly Dictionary<(long Period, long User), UserCell> _users = [];
    private readonly Dictionary<(long Period, long User, long Session), long> _sessions = [];
    private readonly List<(long Period, long User, long Session)> _moved = [];
    private readonly SqlParameter[] _values = new SqlParameter[4 + RequestSums.Parameters];

    [StructLayout(LayoutKind.Auto)]
    private struct UsageCell
    {
        public RequestSums Sums;
        public bool Shrunk;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct UserCell
    {
        public RequestSums Sums;
        public long Last;
        public long Turns;
        public long Failed;
        public bool Shrunk;
    }

    /// <summary>The periods that the transaction changes.</summary>
    public IEnumerable<long> Changed => _users.Keys.Select(key => key.Period).Distinct();

    /// <summary>After <see cref="Flush"/>: the periods in which a session has become active, or is no longer.</summary>
    public IReadOnlyList<(long Period, long User, long Session)> SessionsMoved => _moved;

    public void Count(long user, in LedgerRequest request, long model, int sign)
    {
        var period = periodOf(request.At);
        ref var usage = ref CollectionsMarshal.GetValueRefOrAddDefault(_usage, (period, user, model, request.PriceClass), out _);
        usage.Sums.Add(request, sign);
        usage.Shrunk |= sign < 0;

        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_users, (period, user), out _);
        cell.Sums.Add(request, sign);
        cell.Last = Math.Max(cell.Last, request.At);
        cell.Shrunk |= sign < 0;

        if (request.Session != 0 && sql.Sessions is not null)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_sessions, (period, user, request.Session), out _) += sign;
        }
    }

    public void Count(long user, in LedgerTurn turn, int sign)
    {
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_users, (periodOf(turn.Started), user), out _);
        cell.Turns += sign;
        cell.Failed += string.Equals(turn.Outcome, TurnOutcome.Failed, StringComparison.Ordinal) ? sign : 0;
        cell.Shrunk |= sign < 0;
        if (sql.Sessions is not null)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_sessions, (periodOf(turn.Started), user, turn.Session), out _) += sign;
        }
    }

    public void Flush(WriteSession session)
    {
        foreach (var ((period, user, model, priceClass), cell) in _usage)
        {
            if (cell.Sums != default)
            {
                _values[0] = ("period", period);
                _values[1] = ("user", user);
                _values[2] = ("model", model);
                _values[3] = ("price_class", priceClass);
                cell.Sums.CopyTo(_values.AsSpan(4));
                session.Execute(sql.AddUsage, _values);
            }

            if (cell.Shrunk)
            {
                session.Execute(sql.DeleteUsage, ("period", period), ("user", user), ("model", model), ("price_class", priceClass));
            }
        }

        foreach (var ((period, user), cell) in _users)
        {
            session.Execute(
                sql.AddUser,
                ("period", period), ("user", user), ("last_at", cell.Last), ("requests", cell.Sums.Requests), ("input", cell.Sums.Input), ("output", cell.Sums.Output),
                ("cache_read", cell.Sums.CacheRead), ("cache_write", cell.Sums.CacheWrite), ("turns", cell.Turns), ("failed", cell.Failed));
            if (cell.Shrunk)
            {
                session.Execute(sql.DeleteUser, ("period", period), ("user", user));
            }
        }

        if (sql.Sessions is { } statements)
        {
            FlushSessions(session, statements);
        }
    }

    public void Clear()
    {
        _usage.Clear();
        _users.Clear();
        _sessions.Clear();
        _moved.Clear();
    }

    private void FlushSessions(WriteSession session, SessionStatements statements)
    {
        foreach (var ((period, user, key), facts) in _sessions)
        {
            if (facts == 0)
            {
                continue;
            }

            if (session.Execute(statements.Add, ("period", period), ("user", user), ("session", key), ("facts", facts)) == 0)
            {
                session.Execute(statements.Insert, ("period", period), ("user", user), ("session", key), ("facts", facts));
                _moved.Add((period, user, key));
            }
            else if (facts < 0 && session.Execute(statements.DeleteEmpty, ("period", period), ("user", user), ("session", key)) > 0)
            {
                _moved.Add((period, user, key));
            }
        }
    }
}
