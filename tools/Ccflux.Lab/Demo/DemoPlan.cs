namespace Ccflux.Lab.Demo;

/// <summary>Turns of one person, as they reach the receiver.</summary>
internal sealed record DemoReport(DemoPerson Person, DateTimeOffset ReceivedAt, IReadOnlyList<DemoTurn> Turns);

/// <summary>Generates 45 days of everyone's turns up to now, deterministic for a given now. It has working hours, weekends, blocks of work in a few
/// sessions, failed turns, a limit hit, and blocks that are open now, whatever the hour is.</summary>
internal sealed class DemoPlan
{
    public const int Days = 45;
    public const int Seed = 42;

    /// <summary>The person who hit a 5-hour limit, and the window's billed tokens at that time.</summary>
    public const string LimitedPerson = "hana.sato";
    public const long LimitTokens = 960_000;
    private const int LimitDaysAgo = 8;

    private readonly DateTimeOffset _now;
    private readonly Random _random = new(Seed);
    private readonly List<DemoReport> _reports = [];

    private DemoPlan(DateTimeOffset now) => _now = now;

    /// <summary>The reports in the order in which they arrive.</summary>
    public static IReadOnlyList<DemoReport> Make(DateTimeOffset now)
    {
        var plan = new DemoPlan(now);
        foreach (var person in DemoPerson.Reporting)
        {
            plan.AddPerson(person);
        }

        return [.. plan._reports.OrderBy(report => report.ReceivedAt).ThenBy(report => report.Person.Name, StringComparer.Ordinal)];
    }

    private void AddPerson(DemoPerson person)
    {
        var writer = new DemoSessions(person, _random);
        var today = new DateTimeOffset(_now.UtcDateTime.Date, TimeSpan.Zero);
        for (var ago = Days; ago >= Math.Max(1, person.LastDaysAgo); ago--)
        {
            var day = today.AddDays(-ago);
            var isLast = ago == person.LastDaysAgo;
            var isWeekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            var works = _random.NextDouble() < (isWeekend ? person.Workdays / 12 : person.Workdays);
            if (!works && !isLast && !IsLimitDay(person, ago))
            {
                continue;
            }

            AddDay(writer, person, day, ago);
        }

        if (person.LastDaysAgo == 0)
        {
            AddOpenBlock(writer, person);
        }
    }

    private void AddDay(DemoSessions writer, DemoPerson person, DateTimeOffset day, int ago)
    {
        var limited = IsLimitDay(person, ago);
        AddBlock(writer, person, day.AddHours(7).AddMinutes(_random.Next(90)), limited ? LimitTokens : Budget(person), hitsLimit: limited);
        if (limited)
        {
            return;
        }

        AddBlock(writer, person, day.AddHours(12.6).AddMinutes(_random.Next(70)), Budget(person), hitsLimit: false);
        if (_random.Next(9) == 0)
        {
            AddBlock(writer, person, day.AddHours(18.5).AddMinutes(_random.Next(45)), Budget(person) / 3, hitsLimit: false);
        }
    }

    /// <summary>Adds work in progress: begun within the last three hours, with the last turn minutes ago.</summary>
    private void AddOpenBlock(DemoSessions writer, DemoPerson person)
    {
        var begun = _now.AddMinutes(-_random.Next(60, 170));
        var budget = string.Equals(person.Name, LimitedPerson, StringComparison.Ordinal) ? (long)(LimitTokens * 0.92) : Budget(person) * 2 / 3;
        Keep(person, writer.Block(begun, _now.AddMinutes(-_random.Next(1, 40)) - begun, budget, hitsLimit: false));
    }

    private void AddBlock(DemoSessions writer, DemoPerson person, DateTimeOffset at, long budget, bool hitsLimit) =>
        Keep(person, writer.Block(at, TimeSpan.FromMinutes(150 + _random.Next(100)), budget, hitsLimit));

    private void Keep(DemoPerson person, IReadOnlyList<DemoTurn> turns)
    {
        // A hook sends a few minutes of turns at a time.
        foreach (var report in turns.Chunk(3))
        {
            var received = report[^1].Ended.AddMilliseconds(_random.Next(800, 4000));
            _reports.Add(new DemoReport(person, received < _now ? received : _now, report));
        }
    }

    private long Budget(DemoPerson person) => (long)(person.Window * (0.45 + (0.75 * Math.Sqrt(_random.NextDouble()))));

    private static bool IsLimitDay(DemoPerson person, int ago) => ago == LimitDaysAgo && string.Equals(person.Name, LimitedPerson, StringComparison.Ordinal);
}
