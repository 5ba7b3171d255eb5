using Ccflux.Contracts.Pricing;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Read.Views;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Usage.Read;

/// <summary>An independent count: every turn and event, read plainly from the facts. No rollup is used.</summary>
internal sealed class Facts
{
    public Facts(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        Turns = [.. connection.Query<Turn>(
            """
            SELECT t.turn_id AS Id, t.user_id AS User, u.email AS Email, u.division AS Division, t.session_ref AS Session, t.started_at AS StartedAt, t.ended_at AS EndedAt, t.outcome AS Outcome
            FROM turns t JOIN users u ON u.user_id = t.user_id
            """)];
        var turns = Turns.ToDictionary(turn => turn.Id);
        Events = [.. connection.Query<Event>(
            """
            SELECT e.turn_id AS TurnId, m.name AS Model, e.messages AS Messages, e.input_tokens AS Input, e.output_tokens AS Output, e.cache_read_tokens AS Read, e.cache_write_tokens AS Write,
                   e.cache_write_1h_tokens AS Write1h,
                   e.over_100k_input_tokens AS I1, e.over_100k_output_tokens AS O1, e.over_100k_cache_read_tokens AS R1, e.over_100k_cache_write_tokens AS W1, e.over_100k_cache_write_1h_tokens AS H1,
                   e.over_200k_input_tokens AS I2, e.over_200k_output_tokens AS O2, e.over_200k_cache_read_tokens AS R2, e.over_200k_cache_write_tokens AS W2, e.over_200k_cache_write_1h_tokens AS H2,
                   e.fast_input_tokens AS I3, e.fast_output_tokens AS O3, e.fast_cache_read_tokens AS R3, e.fast_cache_write_tokens AS W3, e.fast_cache_write_1h_tokens AS H3
            FROM events e JOIN models m ON m.model_id = e.model_id
            """)];
        foreach (var each in Events)
        {
            each.Turn = turns[each.TurnId];
        }
    }

    public IReadOnlyList<Turn> Turns { get; private init; }

    public IReadOnlyList<Event> Events { get; private init; }

    private Facts(IReadOnlyList<Turn> turns, IReadOnlyList<Event> events)
    {
        Turns = turns;
        Events = events;
    }

    /// <summary>The facts within the days, for the filter's user, division and model.</summary>
    public Facts In(UsageFilter filter)
    {
        bool Mine(Turn turn) => turn.Date >= filter.From && turn.Date <= filter.To
            && (filter.User is null || turn.Email == filter.User)
            && (filter.Division is null || turn.Division == (filter.Division == UsageFilter.NoDivision ? "" : filter.Division));
        var events = Events.Where(each => Mine(each.Turn) && (filter.Model is null || each.Model == filter.Model)).ToList();
        var turns = filter.Model is null ? Turns.Where(Mine).ToList() : [.. events.Select(each => each.Turn).Distinct()];
        return new Facts(turns, events);
    }

    /// <summary>The facts that ended before an instant.</summary>
    public Facts Until(DateTimeOffset instant)
    {
        bool IsBefore(Turn turn) => turn.EndedAt < instant.ToUnixTimeMilliseconds();
        return new Facts([.. Turns.Where(IsBefore)], [.. Events.Where(each => IsBefore(each.Turn))]);
    }

    public long Billed => Events.Sum(each => each.Billed);

    public decimal Cost => Events.Sum(each => each.Cost ?? 0);

    /// <summary>5-hour windows of each user, found by walking through the turns in order.</summary>
    public List<Window> Windows()
    {
        const long Hour = 3_600_000;
        var billed = Events.GroupBy(each => each.TurnId).ToDictionary(group => group.Key, group => group.Sum(each => each.Billed));
        var windows = new List<Window>();
        foreach (var user in Turns.GroupBy(turn => turn.Email))
        {
            Window? open = null;
            foreach (var turn in user.OrderBy(turn => turn.EndedAt))
            {
                if (open is null || turn.EndedAt - open.Start >= 5 * Hour || turn.EndedAt - open.Last >= 5 * Hour)
                {
                    open = new Window(user.Key, turn.EndedAt / Hour * Hour);
                    windows.Add(open);
                }

                open.Last = turn.EndedAt;
                open.Turns++;
                open.Billed += billed.GetValueOrDefault(turn.Id);
                open.Sessions.Add(turn.Session);
            }
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

        public long StartedAt { get; init; }

        public long EndedAt { get; init; }

        public string Outcome { get; init; } = "";

        public DateOnly Date => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(EndedAt).UtcDateTime);
    }

    internal sealed class Event
    {
        public long TurnId { get; init; }

        public string Model { get; init; } = "";

        public long Messages { get; init; }

        public long Input { get; init; }

        public long Output { get; init; }

        public long Read { get; init; }

        public long Write { get; init; }

        public long Write1h { get; init; }

        public long I1 { get; init; }

        public long O1 { get; init; }

        public long R1 { get; init; }

        public long W1 { get; init; }

        public long H1 { get; init; }

        public long I2 { get; init; }

        public long O2 { get; init; }

        public long R2 { get; init; }

        public long W2 { get; init; }

        public long H2 { get; init; }

        public long I3 { get; init; }

        public long O3 { get; init; }

        public long R3 { get; init; }

        public long W3 { get; init; }

        public long H3 { get; init; }

        public Turn Turn { get; set; } = new();

        public long Billed => Input + Output;

        /// <summary>Cost of the event alone, on its own day.</summary>
        public decimal? Cost => PriceList.BuiltIn.Cost(Model, Turn.Date, new ModelUsage
        {
            InputTokens = Input,
            OutputTokens = Output,
            CacheReadTokens = Read,
            CacheWriteTokens = Write,
            CacheWrite1hTokens = Write1h,
            Over100k = new() { InputTokens = I1, OutputTokens = O1, CacheReadTokens = R1, CacheWriteTokens = W1, CacheWrite1hTokens = H1 },
            Over200k = new() { InputTokens = I2, OutputTokens = O2, CacheReadTokens = R2, CacheWriteTokens = W2, CacheWrite1hTokens = H2 },
            Fast = new() { InputTokens = I3, OutputTokens = O3, CacheReadTokens = R3, CacheWriteTokens = W3, CacheWrite1hTokens = H3 },
        });
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
