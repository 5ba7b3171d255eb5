using System.Runtime.InteropServices;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>
/// The 5-hour windows that a transaction touches. A turn inside a known window, or far enough from all of them to open its own, is
/// added up in memory. Any other (it lies before windows that it would shift, it moved, it went) marks the user, and <see cref="Flush"/> counts
/// anew from there, until the windows fall in step with those that stand.
/// </summary>
internal sealed class WindowLedger
{
    /// <summary>Users whose latest window is remembered between transactions.</summary>
    private const int MaxCurrent = 20_000;

    private readonly Dictionary<(long User, long Start), WindowSums> _cells = [];
    private readonly HashSet<(long User, long Start, long Session)> _sessions = [];
    private readonly Dictionary<long, (long From, long To)> _recount = [];
    private readonly Dictionary<long, long> _current = [];

    public void Add(SqlConnection connection, in StoredTurn turn, in TokenSums tokens)
    {
        if (Find(connection, turn.UserId, turn.EndedAt) is not { } start)
        {
            start = WindowRule.StartFor(turn.EndedAt);
            if (connection.Scalar(WindowSql.SelectNextStart, turn.UserId, turn.EndedAt) < start + WindowRule.Length)
            {
                Recount(turn.UserId, turn.EndedAt);
                return;
            }

            connection.Execute(WindowSql.Add, turn.UserId, start, turn.EndedAt, 0, 0, 0, 0, 0, 0);
            Remember(turn.UserId, start);
        }

        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_cells, (turn.UserId, start), out _);
        cell.Last = Math.Max(cell.Last, turn.EndedAt);
        cell.Turns++;
        cell.Tokens = cell.Tokens.Plus(tokens, 1);
        _sessions.Add((turn.UserId, start, turn.SessionRef));
    }

    /// <summary>The turn stayed where it is and its tokens changed by so much.</summary>
    public void Adjust(SqlConnection connection, in StoredTurn turn, in TokenSums difference)
    {
        if (Find(connection, turn.UserId, turn.EndedAt) is { } start)
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

    /// <summary>Writes what was added up. The transaction's turns and events must stand in their tables already.</summary>
    public void Flush(SqlConnection connection)
    {
        foreach (var (user, start, session) in _sessions)
        {
            if (connection.Execute(WindowSql.AddSession, user, start, session) > 0)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_cells, (user, start), out _).Sessions++;
            }
        }

        foreach (var ((user, start), cell) in _cells)
        {
            Put(connection, user, start, cell);
        }

        foreach (var (user, (from, to)) in _recount)
        {
            WindowRecount.Run(connection, user, from, to);
            _current.Remove(user);
        }

        Clear();
    }

    public void Forget()
    {
        Clear();
        _current.Clear();
    }

    internal static void Put(SqlConnection connection, long user, long start, in WindowSums cell) => connection.Execute(
        WindowSql.Add,
        user, start, cell.Last, cell.Turns, cell.Sessions, cell.Tokens.Input, cell.Tokens.Output, cell.Tokens.CacheRead, cell.Tokens.CacheWrite);

    private long? Find(SqlConnection connection, long user, long instant)
    {
        if (_current.TryGetValue(user, out var current) && WindowRule.Holds(current, instant))
        {
            return current;
        }

        if (connection.Scalar(WindowSql.SelectLatestStart, user, instant) is { } start && WindowRule.Holds(start, instant))
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
    }
}
