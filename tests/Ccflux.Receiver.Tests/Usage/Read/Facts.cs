using Ccflux.Contracts.Pricing;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Usage.Read;

/// <summary>An independent count: every turn and request, read plainly from the facts. No rollup is used. Each request of the tests' histories is an event of its own: a turn
/// makes one request of a model.</summary>
internal sealed class Facts
{
    public Facts(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        Turns = [.. connection.Query<Turn>(
            """
            SELECT t.turn_key AS Id, t.user_id AS User, u.email AS Email, u.division AS Division, t.session_key AS Session, t.started_at AS EndedAt, t.ended_at AS LastAt, t.outcome AS Outcome
            FROM turns t JOIN users u ON u.user_id = t.user_id
            """)];
        var turns = Turns.ToDictionary(turn => (turn.User, turn.Id));
        Events = [.. connection.Query<Event>(
            """
            SELECT r.turn_key AS TurnId, r.user_id AS User, r.at AS At, m.name AS Model, 1 AS Messages, r.input_tokens AS Input, r.output_tokens AS Output, r.cache_read_tokens AS Read,
                   r.cache_write_5m_tokens + r.cache_write_1h_tokens AS Write, r.cache_write_1h_tokens AS Write1h, r.price_class AS Class, r.web_searches AS Searches
            FROM requests r JOIN models m ON m.model_id = r.model_id
            """)];
        foreach (var each in Events)
        {
            each.Turn = turns[(each.User, each.TurnId)];
        }
    }

    private Facts(IReadOnlyList<Turn> turns, IReadOnlyList<Event> events)
    {
        Turns = turns;
        Events = events;
    }

    public IReadOnlyList<Turn> Turns { get; private init; }

    public IReadOnlyList<Event> Events { get; private init; }

    public long Billed => Events.Sum(each => each.Billed);

    /// <summary>Sessions that were active: with a request, or a turn that started.</summary>
    public int Sessions => Turns.Select(turn => (turn.User, turn.Session)).Union(Events.Select(each => (each.User, each.Turn.Session))).Count();

    public decimal Cost => Events.Sum(each => each.Cost ?? 0);

    /// <summary>The facts within the days (UTC), for the filter's user, division and model.</summary>
    public Facts In(UsageFilter filter)
    {
        bool Mine(Turn turn) => (filter.User is null || turn.Email == filter.User)
            && (filter.Division is null || turn.Division == (filter.Division == UsageFilter.NoDivision ? "" : filter.Division));
        bool Within(DateOnly date) => date >= filter.From && date <= filter.To;
        var events = Events.Where(each => Mine(each.Turn) && Within(each.Date) && (filter.Model is null || each.Model == filter.Model)).ToList();
        var turns = filter.Model is null ? Turns.Where(turn => Mine(turn) && Within(turn.Date)).ToList() : [.. events.Select(each => each.Turn)];
        return new Facts(turns, events);
    }

    /// <summary>The facts before an instant.</summary>
    public Facts Until(DateTimeOffset instant)
    {
        var until = instant.ToUnixTimeMilliseconds();
        return new Facts([.. Turns.Where(turn => turn.EndedAt < until)], [.. Events.Where(each => each.At < until)]);
    }

    /// <summary>5-hour windows of each user, found by walking through the requests in order.</summary>
    public List<Window> Windows()
    {
        const long Hour = 3_600_000;
        var windows = new List<Window>();
        foreach (var user in Events.GroupBy(each => each.Turn.Email))
        {
            Window? open = null;
            foreach (var each in user.OrderBy(each => each.At))
            {
                if (open is null || each.At - open.Start >= 5 * Hour)
                {
                    open = new Window(user.Key, each.At / Hour * Hour);
                    windows.Add(open);
                }

                open.Last = each.At;
                open.Billed += each.Billed;
                open.Sessions.Add(each.Turn.Session);
            }
        }

        foreach (var window in windows)
        {
            var turns = Turns.Where(turn => turn.Email == window.Email && turn.EndedAt >= window.Start && turn.EndedAt < window.Start + (5 * Hour)).ToList();
            window.Turns = turns.Count;
            window.Sessions.UnionWith(turns.Select(turn => turn.Session));
        }

        return windows;
    }

    internal sealed class Turn
    {
        public long Id { get; init; }

        public long User { get; init; }

        public string Email { get; init; } = "";

        public string Division { get; init; } = "";

        public long Session { get; init; }

        /// <summary>The turns of the tests' histories start when they end.</summary>
        public long EndedAt { get; init; }

        /// <summary>Later than <see cref="EndedAt"/> only where a turn was reported again.</summary>
        public long LastAt { get; init; }

        public string Outcome { get; init; } = "";

        public DateOnly Date => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(EndedAt).UtcDateTime);
    }

    internal sealed class Event
    {
        public long TurnId { get; init; }

        public long User { get; init; }

        public long At { get; init; }

        public string Model { get; init; } = "";

        public long Messages { get; init; }

        public long Input { get; init; }

        public long Output { get; init; }

        public long Read { get; init; }

        public long Write { get; init; }

        public long Write1h { get; init; }

        public int Class { get; init; }

        public long Searches { get; init; }

        public Turn Turn { get; set; } = new();

        public long Billed => Input + Output;

        public DateOnly Date => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(At).UtcDateTime);

        /// <summary>Cost of the request alone, on its own day.</summary>
        public decimal? Cost
        {
            get
            {
                var prompt = Input + Read + Write;
                var all = new TokenCounts { InputTokens = Input, OutputTokens = Output, CacheReadTokens = Read, CacheWriteTokens = Write, CacheWrite1hTokens = Write1h };
                return PriceList.BuiltIn.Cost(Model, Date, new ModelUsage
                {
                    InputTokens = Input,
                    OutputTokens = Output,
                    CacheReadTokens = Read,
                    CacheWriteTokens = Write,
                    CacheWrite1hTokens = Write1h,
                    Over100k = prompt > 100_000 ? all : null,
                    Over200k = prompt > 200_000 ? all : null,
                    Fast = (Class & 4) != 0 ? all : null,
                }) + (Searches * PriceList.BuiltIn.WebSearchUsd);
            }
        }
    }

    internal sealed class Window(string email, long start)
    {
        public string Email => email;

        public long Start => start;

        public long Last { get; set; }

        public int Turns { get; set; }

        public long Billed { get; set; }

        public HashSet<long> Sessions { get; } = [];
    }
}
