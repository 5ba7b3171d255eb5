using System.Runtime.InteropServices;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>The progress of recounting a user's windows. Turns up to (<paramref name="At"/>, <paramref name="Turn"/>), in the order of their ends,
/// are in their windows.</summary>
/// <param name="To">No turn changed after this instant: once the recount reaches an old window that starts later, that window and all after it are valid.</param>
/// <param name="Start">The window that is being filled; -1 before the first.</param>
/// <param name="At">End of the last turn counted; before the first, the instant at which counting begins.</param>
/// <param name="Turn">Its id; -1 before the first.</param>
/// <param name="Cleared">Old windows that start up to this instant are deleted.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WindowRecount(long To, long Start, long At, long Turn, long Cleared)
{
    /// <summary>Begins at the window that contains <paramref name="from"/>, or at <paramref name="from"/> itself if none does.</summary>
    public static WindowRecount Begin(WriteSession session, long user, long from, long to)
    {
        var begin = session.Scalar(WindowSql.SelectLatestStart, ("user", user), ("at", from)) is { } start && WindowRule.Holds(start, from) ? start : from;
        return new WindowRecount(to, -1, begin, -1, WindowRule.StartFor(begin) - 1);
    }

    /// <summary>Continues counting until the new windows match the stored ones, or the turns or the budget run out.</summary>
    /// <param name="session">The writer's.</param>
    /// <param name="user">Whose windows.</param>
    /// <param name="budget">Rows that may be read; reduced by those read.</param>
    /// <returns>Where to continue; null when done.</returns>
    public WindowRecount? Run(WriteSession session, long user, ref int budget)
    {
        var windows = new List<Window>();
        var (start, at, lastTurn) = (Start, At, Turn);
        var cleared = long.MaxValue;
        var isDone = true;
        using (var rows = session.Query(WindowSql.SelectTurns, ("user", user), ("from", At), ("after", Turn)))
        {
            while (rows.Read())
            {
                var (turn, endedAt) = (rows.Int64(0), rows.Int64(1));
                var isNewTurn = turn != lastTurn;
                if (isNewTurn && budget <= 0)
                {
                    (isDone, cleared) = (false, at);
                    break;
                }

                if (!WindowRule.Holds(start, endedAt))
                {
                    var next = WindowRule.StartFor(endedAt);
                    if (next > To && session.Any(WindowSql.Exists, ("user", user), ("start", next)))
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

                windows[^1].Add(endedAt, rows.Int64(2), isNewTurn, new TokenSums(rows.Int64(3), rows.Int64(4), rows.Int64(5), rows.Int64(6)));
                (at, lastTurn) = (endedAt, turn);
                budget--;
            }
        }

        var before = cleared == long.MaxValue ? cleared : cleared + 1;
        session.Execute(WindowSql.Delete, ("user", user), ("from", Cleared + 1), ("before", before));
        session.Execute(WindowSql.DeleteSessions, ("user", user), ("from", Cleared + 1), ("before", before));
        foreach (var window in windows)
        {
            window.Put(session, user);
        }

        return isDone ? null : new WindowRecount(To, start, at, lastTurn, cleared);
    }

    /// <summary>What a run adds to a window, whose first part may already be stored.</summary>
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

        public void Put(WriteSession writing, long user)
        {
            foreach (var session in _sessions)
            {
                _sums.Sessions += writing.Execute(WindowSql.AddSession, ("user", user), ("start", start), ("session", session)) > 0 ? 1 : 0;
            }

            WindowAssigner.Put(writing, user, start, _sums);
        }
    }
}
