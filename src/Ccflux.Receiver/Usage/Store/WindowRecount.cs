using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Counts a user's windows anew from the turns, between two instants and as far beyond as they differ from those that stand.</summary>
internal static class WindowRecount
{
    public static void Run(SqlConnection connection, long user, long from, long to)
    {
        var begin = connection.Scalar(WindowSql.SelectLatestStart, user, from) is { } start && WindowRule.Holds(start, from) ? start : from;
        var windows = Count(connection, user, begin, to, out var before);

        connection.Execute(WindowSql.Delete, user, WindowRule.StartFor(begin), before);
        connection.Execute(WindowSql.DeleteSessions, user, WindowRule.StartFor(begin), before);
        foreach (var window in windows)
        {
            WindowLedger.Put(connection, user, window.Start, window.Sums);
            foreach (var session in window.Sessions)
            {
                connection.Execute(WindowSql.AddSession, user, window.Start, session);
            }
        }
    }

    /// <param name="connection">The writer's.</param>
    /// <param name="user">Whose windows.</param>
    /// <param name="begin">The first instant counted: a window's start, or a turn that no window before it holds.</param>
    /// <param name="to">After this instant nothing changed: a window that starts after it and stood before stands with all that follow.</param>
    /// <param name="before">The windows from here on stand.</param>
    private static List<Window> Count(SqlConnection connection, long user, long begin, long to, out long before)
    {
        var windows = new List<Window>();
        before = long.MaxValue;
        var lastTurn = -1L;
        using var rows = connection.Query(WindowSql.SelectTurns, user, begin);
        while (rows.Read())
        {
            var endedAt = rows.Number(1);
            if (windows.Count == 0 || !WindowRule.Holds(windows[^1].Start, endedAt))
            {
                var start = WindowRule.StartFor(endedAt);
                if (start > to && connection.Scalar(WindowSql.Exists, user, start) is not null)
                {
                    before = start;
                    break;
                }

                windows.Add(new Window(start));
            }

            var tokens = new TokenSums(rows.Number(3), rows.Number(4), rows.Number(5), rows.Number(6));
            windows[^1].Add(endedAt, rows.Number(2), rows.Number(0) != lastTurn, tokens);
            lastTurn = rows.Number(0);
        }

        return windows;
    }

    private sealed class Window(long start)
    {
        private WindowSums _sums;

        public long Start { get; } = start;

        public HashSet<long> Sessions { get; } = [];

        public WindowSums Sums => _sums with { Sessions = Sessions.Count };

        public void Add(long endedAt, long session, bool newTurn, in TokenSums tokens)
        {
            _sums.Last = endedAt;
            _sums.Turns += newTurn ? 1 : 0;
            _sums.Tokens = _sums.Tokens.Plus(tokens, 1);
            Sessions.Add(session);
        }
    }
}
