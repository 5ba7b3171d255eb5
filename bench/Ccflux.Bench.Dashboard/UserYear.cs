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

    public void Write(SqlConnection connection, long now)
    {
        foreach (var ((day, model), sums) in _days)
        {
            connection.Execute(
                BenchSql.UsageDay, day, user, model, sums.Events, sums.Messages, sums.Input, sums.Output, sums.Read, sums.Write, sums.Write);
        }

        foreach (var (day, (turns, failed)) in _turns)
        {
            connection.Execute(BenchSql.UserDay, day, user, turns, failed);
        }

        foreach (var (day, session, turns) in _sessions)
        {
            connection.Execute(BenchSql.SessionDay, day, user, session, -1, turns);
        }

        foreach (var window in _windows)
        {
            connection.Execute(
                BenchSql.Window, user, window.Start, window.LastAt, window.Turns, window.Sessions,
                window.Sums.Input, window.Sums.Output, window.Sums.Read, window.Sums.Write);
        }

        foreach (var (model, sums) in _models)
        {
            connection.Execute(BenchSql.UserModel, user, model, sums.Events, sums.Messages, sums.Input, sums.Output, sums.Read, sums.Write);
        }

        connection.Execute(
            BenchSql.UserTotal, user, _sessions.Count, _turns.Values.Sum(day => day.Turns), _turns.Values.Sum(day => day.Failed),
            _windows[0].Start, _windows[^1].LastAt);
        var peaks = _windows.Select(window => window.Sums.Input + window.Sums.Output).Order().ToList();
        connection.Execute(BenchSql.Tier, user, $"Tier {1 + (user * 4 / (Generator.Users + 1))}", peaks[peaks.Count * 3 / 4], peaks.Count, now);
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
