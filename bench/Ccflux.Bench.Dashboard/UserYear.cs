using Ccflux.Storage.Sqlite;

namespace Ccflux.Bench.Dashboard;

/// <summary>A user's rollups, updated while the facts are generated, by the receiver's rules.</summary>
internal sealed class UserYear(int user)
{
    private const long Hour = 3_600_000;
    private const long WindowLength = 5 * Hour;

    private readonly SortedDictionary<(int Day, int Model), Sums> _days = [];
    private readonly SortedDictionary<int, (int Turns, int Failed)> _turns = [];
    private readonly SortedDictionary<int, Sums> _models = [];
    private readonly List<(int Day, long Session, int Turns)> _sessions = [];
    private readonly List<Window> _windows = [];

    public void AddTurn(SessionSums session, long endedAt, bool failed)
    {
        session.Turns++;
        session.LastAt = endedAt;
        var day = (int)(endedAt / Generator.DayLength);
        var (turns, failures) = _turns.GetValueOrDefault(day);
        _turns[day] = (turns + 1, failures + (failed ? 1 : 0));
        if (_windows.Count == 0 || endedAt - _windows[^1].Start >= WindowLength)
        {
            _windows.Add(new Window(endedAt / Hour * Hour));
        }

        _windows[^1].Add(session.Ref, endedAt);
    }

    public void AddEvent(SessionSums session, int model, long endedAt, in Usage usage)
    {
        session.Sums.Add(usage);
        _windows[^1].Sums.Add(usage);
        Of(_days, ((int)(endedAt / Generator.DayLength), model)).Add(usage);
        Of(_models, model).Add(usage);
    }

    public void AddSession(SessionSums session, int day) => _sessions.Add((day, session.Ref, session.Turns));

    public void Write(SqliteConnection connection, long now)
    {
        foreach (var ((day, model), sums) in _days)
        {
            connection.Execute(
                BenchSql.UsageDay, ("day", day), ("user", user), ("model", model), ("events", sums.Events), ("messages", sums.Messages),
                ("input", sums.Input), ("output", sums.Output), ("read", sums.Read), ("write", sums.Write));
        }

        foreach (var (day, (turns, failed)) in _turns)
        {
            connection.Execute(BenchSql.UserDay, ("day", day), ("user", user), ("turns", turns), ("failed", failed));
        }

        foreach (var (day, session, turns) in _sessions)
        {
            connection.Execute(BenchSql.SessionDay, ("day", day), ("user", user), ("session", session), ("turns", turns));
        }

        foreach (var window in _windows)
        {
            connection.Execute(
                BenchSql.Window, ("user", user), ("started_at", window.Start), ("last_at", window.LastAt), ("turns", window.Turns), ("sessions", window.Sessions),
                ("input", window.Sums.Input), ("output", window.Sums.Output), ("read", window.Sums.Read), ("write", window.Sums.Write));
        }

        foreach (var (model, sums) in _models)
        {
            connection.Execute(
                BenchSql.UserModel, ("user", user), ("model", model), ("events", sums.Events), ("messages", sums.Messages),
                ("input", sums.Input), ("output", sums.Output), ("read", sums.Read), ("write", sums.Write));
        }

        connection.Execute(
            BenchSql.UserTotal, ("user", user), ("sessions", _sessions.Count), ("turns", _turns.Values.Sum(day => day.Turns)),
            ("failed", _turns.Values.Sum(day => day.Failed)), ("first_at", _windows[0].Start), ("last_at", _windows[^1].LastAt));
        var peaks = _windows.Select(window => window.Sums.Input + window.Sums.Output).Order().ToList();
        connection.Execute(
            BenchSql.Tier, ("user", user), ("tier", $"Tier {1 + (user * 4 / (Generator.Users + 1))}"), ("tokens", peaks[peaks.Count * 3 / 4]),
            ("windows", peaks.Count), ("now", now));
    }

    private static Sums Of<TKey>(SortedDictionary<TKey, Sums> sums, TKey key)
        where TKey : notnull
    {
        if (!sums.TryGetValue(key, out var found))
        {
            sums[key] = found = new Sums();
        }

        return found;
    }

    private sealed class Window(long start)
    {
        private readonly HashSet<long> _seen = [];

        public long Start => start;

        public long LastAt { get; private set; }

        public int Turns { get; private set; }

        public int Sessions => _seen.Count;

        public Sums Sums { get; } = new();

        public void Add(long session, long endedAt)
        {
            _seen.Add(session);
            Turns++;
            LastAt = endedAt;
        }
    }
}
