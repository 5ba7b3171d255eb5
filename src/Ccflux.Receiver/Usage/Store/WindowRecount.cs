using System.Runtime.InteropServices;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>How far counting a user's windows anew has come. Turns up to (<paramref name="At"/>, <paramref name="Turn"/>) in the order of their ends
/// stand in their windows.</summary>
/// <param name="To">After this instant no turn changed: a window from before that starts later, met again, stands with all that follow.</param>
/// <param name="Start">The window that is being filled; -1 before the first.</param>
/// <param name="At">End of the last turn counted; before the first, where counting begins.</param>
/// <param name="Turn">Its id; -1 before the first.</param>
/// <param name="Cleared">Windows from before that start up to here are gone.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WindowRecount(long To, long Start, long At, long Turn, long Cleared)
{
    /// <summary>Begins at the window that holds <paramref name="from"/>, or there where none does.</summary>
    public static WindowRecount Begin(SqlConnection connection, long user, long from, long to)
    {
        var begin = connection.Scalar(WindowSql.SelectLatestStart, user, from) is { } start && WindowRule.Holds(start, from) ? start : from;
        return new WindowRecount(to, -1, begin, -1, WindowRule.StartFor(begin) - 1);
    }

    /// <summary>Counts on, until the windows fall in step with those that stand, the turns end or the budget does.</summary>
    /// <param name="connection">The writer's.</param>
    /// <param name="user">Whose windows.</param>
    /// <param name="budget">Rows that may be read; what was read is taken off.</param>
    /// <returns>Where to go on; null where it is done.</returns>
    public WindowRecount? Run(SqlConnection connection, long user, ref int budget)
    {
        var windows = new List<Window>();
        var (start, at, lastTurn) = (Start, At, Turn);
        var cleared = long.MaxValue;
        var isDone = true;
        using (var rows = connection.Query(WindowSql.SelectTurns, user, At, Turn))
        {
            while (rows.Read())
            {
                var (turn, endedAt) = (rows.Number(0), rows.Number(1));
                var isNewTurn = turn != lastTurn;
                if (isNewTurn && budget <= 0)
                {
                    (isDone, cleared) = (false, at);
                    break;
                }

                if (!WindowRule.Holds(start, endedAt))
                {
                    var next = WindowRule.StartFor(endedAt);
                    if (next > To && connection.Scalar(WindowSql.Exists, user, next) is not null)
                    {
                        cleared = next - 1;
                        break;
                    }

                    start = next;
                    windows.Add(new Window(start));
                }
                else if (windows.Count == 0)
                {
                    windows.Add(new Window(start));
                }

                windows[^1].Add(endedAt, rows.Number(2), isNewTurn, new TokenSums(rows.Number(3), rows.Number(4), rows.Number(5), rows.Number(6)));
                (at, lastTurn) = (endedAt, turn);
                budget--;
            }
        }

        var before = cleared == long.MaxValue ? cleared : cleared + 1;
        connection.Execute(WindowSql.Delete, user, Cleared + 1, before);
        connection.Execute(WindowSql.DeleteSessions, user, Cleared + 1, before);
        foreach (var window in windows)
        {
            window.Put(connection, user);
        }

        return isDone ? null : new WindowRecount(To, start, at, lastTurn, cleared);
    }

    /// <summary>What a run adds to a window; the window's first part may stand already.</summary>
    private sealed class Window(long start)
    {
        private readonly HashSet<long> _sessions = [];
        private WindowSums _sums;

        public void Add(long endedAt, long session, bool isNewTurn, in TokenSums tokens)
        {
            _sums.Last = endedAt;
            _sums.Turns += isNewTurn ? 1 : 0;
            _sums.Tokens = _sums.Tokens.Plus(tokens, 1);
            _sessions.Add(session);
        }

        public void Put(SqlConnection connection, long user)
        {
            foreach (var session in _sessions)
            {
                _sums.Sessions += connection.Execute(WindowSql.AddSession, user, start, session) > 0 ? 1 : 0;
            }

            WindowAssigner.Put(connection, user, start, _sums);
        }
    }
}
