using Ccflux.Contracts.Usage;

namespace Ccflux.Lab.Demo;

/// <summary>Generates one person's turns, one block of work at a time.</summary>
internal sealed class DemoSessions(DemoPerson person, Random random)
{
    private const string Opus = "claude-opus-5-5";
    private const string Sonnet = "claude-sonnet-5";
    private const string SonnetLong = "claude-sonnet-5[1m]";
    private const string Haiku = "claude-haiku-4-5";

    /// <summary>The person who sometimes works with the long context.</summary>
    private const string LongContextPerson = "karim.benali";

    /// <summary>Billed tokens of an average turn.</summary>
    private const int TurnTokens = 4300;

    private string _session = "";
    private int _index;

    /// <summary>Generates turns from <paramref name="at"/> on that bill <paramref name="budget"/> tokens, give or take a turn. Work that hits the limit
    /// ends with a refused turn.</summary>
    public IReadOnlyList<DemoTurn> Block(DateTimeOffset at, TimeSpan length, long budget, bool hitsLimit)
    {
        var count = Math.Max(2, (int)(budget / TurnTokens));
        var turns = new List<DemoTurn>(count + 1);
        var step = length / count;
        for (var i = 0; i < count && budget > 0; i++)
        {
            if (_session.Length == 0 || (i == 0 && random.Next(12) != 0) || random.Next(26) == 0)
            {
                Begin();
            }

            var turn = Turn(at, step, Math.Min(budget, Spread(TurnTokens)));
            budget -= turn.Models.Values.Sum(usage => usage.Input + usage.Output);
            turns.Add(turn);
            at += step * (0.7 + (0.6 * random.NextDouble()));
        }

        if (hitsLimit)
        {
            turns.Add(Refused(turns[^1].Ended.AddSeconds(40)));
        }

        return turns;
    }

    private void Begin()
    {
        Span<byte> id = stackalloc byte[16];
        random.NextBytes(id);
        _session = new Guid(id).ToString();
        _index = 0;
    }

    private DemoTurn Turn(DateTimeOffset at, TimeSpan step, long billed)
    {
        var took = TimeSpan.FromSeconds(Math.Min(step.TotalSeconds * 0.6, 8 + random.Next(120)));
        var failed = random.Next(160) == 0;
        return Make(at, at + took, failed ? TurnOutcome.Failed : random.Next(40) == 0 ? TurnOutcome.Interrupted : TurnOutcome.Completed) with
        {
            Models = failed ? new Dictionary<string, DemoUsage>(StringComparer.Ordinal) : Models(billed),
        };
    }

    private DemoTurn Refused(DateTimeOffset at) => Make(at, at.AddSeconds(3), TurnOutcome.Failed) with { LimitHit = (at.AddSeconds(3), at.AddMinutes(50)) };

    private DemoTurn Make(DateTimeOffset started, DateTimeOffset ended, string outcome) => new(_session, _index++, started, ended, random.Next(6) == 0 ? "sdk-cli" : "cli", outcome);

    private Dictionary<string, DemoUsage> Models(long billed)
    {
        var main = random.NextDouble() < person.Opus ? Opus : Sonnet;
        if (string.Equals(person.Name, LongContextPerson, StringComparison.Ordinal) && random.Next(8) == 0)
        {
            main = SonnetLong;
        }

        // Every fourth turn has a subagent or a small side call on the small model.
        var side = random.Next(4) == 0 ? billed / 4 : 0;
        var models = new Dictionary<string, DemoUsage>(StringComparer.Ordinal) { [main] = Usage(billed - side) };
        if (side > 0)
        {
            models[Haiku] = Usage(side);
        }

        return models;
    }

    private DemoUsage Usage(long billed)
    {
        var input = Math.Max(3, billed * random.Next(12, 30) / 100);
        var read = billed * random.Next(12, 38);
        var write = billed * random.Next(8, 22) / 10;
        return new DemoUsage(random.Next(1, 12), input, Math.Max(1, billed - input), read, write);
    }

    private long Spread(int middle) => (long)(middle * (0.3 + (1.4 * random.NextDouble())));
}
