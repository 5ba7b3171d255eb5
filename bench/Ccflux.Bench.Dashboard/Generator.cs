using Ccflux.Storage.Sqlite;

namespace Ccflux.Bench.Dashboard;

/// <summary>Fills a database with a year of 500 people: facts and the rollups that belong to them, written directly into the tables
/// (the receiver's own path is measured elsewhere). The same seed gives the same database, up to the day on which it ends.</summary>
internal sealed class Generator(SqliteConnection connection, DateTimeOffset now, long events)
{
    public const int Users = 500;
    public const int Days = 365;
    public const long DayLength = 86_400_000;

    private static readonly string[] s_models = ["claude-opus-5-5", "claude-sonnet-5", "claude-haiku-4-5"];
    private static readonly string[] s_divisions = ["Platform", "Data", "Product", "Security", "Support", "Research", "Sales", "Finance"];

    private readonly Random _random = new(42);
    private readonly int _today = (int)(now.ToUnixTimeMilliseconds() / DayLength);
    private long _session;
    private long _turn;
    private long _event;

    public void Run()
    {
        connection.ExecuteScript(BenchSql.Fast);
        connection.ExecuteScript("BEGIN");
        var start = (_today - Days) * DayLength;
        for (var model = 0; model < s_models.Length; model++)
        {
            connection.Execute(BenchSql.Model, ("model", model + 1), ("name", s_models[model]), ("first_seen_at", start + model));
        }

        for (var user = 1; user <= Users; user++)
        {
            AddUser(user, start);
        }

        connection.ExecuteScript("COMMIT");
        connection.ExecuteScript(BenchSql.Settle);
    }

    private void AddUser(int user, long start)
    {
        var email = $"person{user:D3}@example.org";
        var division = s_divisions[user % s_divisions.Length];
        connection.Execute(
            BenchSql.User, ("user", user), ("email", email), ("division", division), ("created_at", start),
            ("last_report_at", now.ToUnixTimeMilliseconds() - (user * 60_000L)));
        connection.Execute(BenchSql.Token, ("token", $"sha256:{user:x64}"), ("email", email), ("division", division));
        connection.Execute(
            BenchSql.Device, ("user", user), ("key", $"{user:D43}="), ("name", $"host-{user}"), ("registered_at", start), ("last_seen_at", now.ToUnixTimeMilliseconds()));

        // A few heavy users, many light ones; their events add up to the requested number.
        var weight = 0.4 + (1.2 * (user - 1) / (Users - 1));
        var year = new UserYear(user);
        for (var day = _today - Days + 1; day <= _today; day++)
        {
            var weekend = (day + 4) % 7 is 0 or 6;
            var share = weekend ? 0.15 : 1.34;
            var turns = (int)Math.Round(events / 1.25 / Users / Days * weight * share * (0.6 + (0.8 * _random.NextDouble())));
            AddDay(year, user, day, turns);
        }

        year.Write(connection, now.ToUnixTimeMilliseconds());
    }

    private void AddDay(UserYear year, int user, int day, int turns)
    {
        var sessions = Math.Max(1, turns / 10);
        var at = (day * DayLength) + (7 * 3_600_000L) + _random.NextInt64(2 * 3_600_000L);
        for (var s = 0; s < sessions && turns > 0; s++)
        {
            var session = new SessionSums(++_session, user, at);
            var count = s == sessions - 1 ? turns - (turns / sessions * s) : turns / sessions;
            for (var index = 0; index < count; index++)
            {
                at += _random.NextInt64(20_000, 11 * 3_600_000L / turns);
                AddTurn(year, session, user, index, Math.Min(at, ((day + 1) * DayLength) - 1));
            }

            connection.Execute(
                BenchSql.Session, ("session", session.Ref), ("user", user), ("id", Guid()), ("first_at", session.FirstAt), ("last_at", session.LastAt),
                ("turns", session.Turns), ("events", session.Sums.Events), ("input", session.Sums.Input), ("output", session.Sums.Output),
                ("read", session.Sums.Read), ("write", session.Sums.Write));
            year.AddSession(session, day);
        }
    }

    private void AddTurn(UserYear year, SessionSums session, int user, int index, long endedAt)
    {
        var failed = _random.Next(200) == 0;
        connection.Execute(
            BenchSql.Turn, ("turn", ++_turn), ("user", user), ("session", session.Ref), ("index", index),
            ("started_at", endedAt - 15_000), ("ended_at", endedAt), ("received_at", endedAt + 2000), ("status", failed ? "failed" : "completed"));
        year.AddTurn(session, endedAt, failed);
        if (failed)
        {
            return;
        }

        var first = _random.Next(10) switch { < 5 => 1, < 9 => 2, _ => 3 };
        AddEvent(year, session, user, first, endedAt);
        if (_random.Next(4) == 0)
        {
            AddEvent(year, session, user, (first % 3) + 1, endedAt);
        }
    }

    private void AddEvent(UserYear year, SessionSums session, int user, int model, long endedAt)
    {
        var usage = new Usage(
            _random.NextInt64(100, 3000), _random.NextInt64(100, 5000), _random.NextInt64(10_000, 300_000), _random.NextInt64(500, 15_000), _random.NextInt64(1, 12));
        connection.Execute(
            BenchSql.Event, ("event", ++_event), ("user", user), ("turn", _turn), ("model", model), ("input", usage.Input), ("output", usage.Output),
            ("read", usage.Read), ("write", usage.Write), ("messages", usage.Messages));
        year.AddEvent(session, model, endedAt, usage);
    }

    private string Guid()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }
}

/// <summary>A session under construction.</summary>
internal sealed class SessionSums(long id, int user, long firstAt)
{
    public long Ref => id;

    public int User => user;

    public long FirstAt { get; } = firstAt;

    public long LastAt { get; set; } = firstAt;

    public int Turns { get; set; }

    public Sums Sums { get; } = new();
}
