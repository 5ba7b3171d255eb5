using Ccflux.Receiver.Platform;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Bench.Dashboard;

/// <summary>Fills a database with a year of 500 people, through the receiver's own writer but without HTTP, signatures and durable commits.
/// The same seed gives the same database, up to the day on which it ends.</summary>
internal sealed class Generator(SqliteConnection connection, DateTimeOffset now, long requests)
{
    public const int Users = 500;
    public const int Days = 365;

    /// <summary>A person's days in one transaction: about 1 600 requests of 10 million.</summary>
    private const int DaysAtOnce = 30;

    /// <summary>Of so many users, the sums of one are counted again.</summary>
    private const int CheckedUsers = 50;

    private static readonly string[] s_divisions = ["Platform", "Data", "Product", "Security", "Support", "Research", "Sales", "Finance"];

    private readonly Random _random = new(42);
    private readonly LedgerWriter _ledger = new(new NobodyListens(), OrganisationCalendar.Utc);
    private readonly int _today = OrganisationCalendar.Utc.DayOf(now);

    public void Run()
    {
        connection.ExecuteScript(BenchSql.Fast);
        connection.Begin();
        var people = Enumerable.Range(1, Users).Select(user => new Person(user, _random)).ToList();
        for (var user = 1; user <= Users; user++)
        {
            AddUser(user, (_today - Days) * UnixTime.Day);
        }

        connection.Commit();
        for (var first = _today - Days + 1; first <= _today; first += DaysAtOnce)
        {
            for (var user = 1; user <= Users; user++)
            {
                AddDays(user, people[user - 1], first, Math.Min(first + DaysAtOnce - 1, _today));
            }
        }

        connection.ExecuteScript(BenchSql.Settle);
        Check();
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
        connection.Execute(
            BenchSql.Tier, ("user", user), ("label", $"Tier {1 + (user * 4 / (Users + 1))}"), ("tokens", 500L * user), ("now", now.ToUnixTimeMilliseconds()));
    }

    private void AddDays(int user, Person person, int first, int last)
    {
        // A few heavy users, many light ones; their requests add up to about the requested number.
        var weight = 0.4 + (1.2 * (user - 1) / (Users - 1));
        connection.Begin();
        for (var day = first; day <= last; day++)
        {
            var share = (day + 4) % 7 is 0 or 6 ? 0.15 : 1.34;
            var turns = (double)requests / Person.Requests / Users / Days * weight * share * (0.6 + (0.8 * _random.NextDouble()));
            if ((int)(turns + _random.NextDouble()) is > 0 and var whole)
            {
                _ledger.Write(connection, person.Day(day, whole), null);
            }
        }

        _ledger.BeforeCommit(connection);
        connection.Commit();
        _ledger.Committed();
    }

    /// <summary>The figures of the pages are worth nothing if the sums are wrong.</summary>
    private void Check()
    {
        for (var user = 1; user <= Users; user += CheckedUsers)
        {
            foreach (var difference in LedgerRecount.Check(connection, OrganisationCalendar.Utc, user))
            {
                throw new InvalidOperationException($"Sums are wrong: {difference}.");
            }
        }
    }

    private sealed class NobodyListens : IChangeFeed
    {
        public void Publish(string topic)
        {
        }
    }
}
