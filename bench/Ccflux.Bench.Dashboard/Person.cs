using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Bench.Dashboard;

/// <summary>One person's work, made up: what the hook reports of each day.</summary>
internal sealed class Person(int user, Random random)
{
    /// <summary>In a turn, on average.</summary>
    public const int Requests = 8;

    private const long Minute = 60_000;

    private static readonly string[] s_models = ["claude-opus-5-5", "claude-sonnet-5", "claude-haiku-4-5"];

    private string _session = "";

    /// <summary>A turn, its prompt and its requests.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Work(LedgerTurn Turn, long Prompt, IReadOnlyList<LedgerRequest> Requests);

    /// <param name="day">Since 1970 (UTC).</param>
    /// <param name="turns">At least one.</param>
    public IncomingRequests Day(int day, int turns)
    {
        var end = (day + 1) * UnixTime.Day;
        var at = (day * UnixTime.Day) + ((6 + (user % 4)) * UnixTime.Hour);
        var sessions = new List<(string Id, List<Work> Turns)>();
        for (var turn = 0; turn < turns; turn++)
        {
            // A day begins with a new session or, for some, with yesterday's; some turns begin another.
            var isNew = sessions.Count > 0 ? random.Next(5) == 0 : _session.Length == 0 || random.Next(10) > 0;
            _session = isNew ? NewId() : _session;
            if (isNew || sessions.Count == 0)
            {
                sessions.Add((_session, []));
            }

            at += random.NextInt64(Minute / 3, 16 * UnixTime.Hour / turns);
            var work = Turn(LedgerKey.OfSession(_session), Math.Min(at, end - (15 * Minute)));
            sessions[^1].Turns.Add(work);
            at = work.Turn.Ended;
        }

        return new IncomingRequests(user, new ReportOrigin(end - 1, user, "1.0.0"), [.. sessions.Select(session => new IncomingSession(
            LedgerKey.OfSession(session.Id), session.Id, "cli",
            [.. session.Turns.Select(work => work.Turn)], [.. session.Turns.Select(work => (work.Prompt, work.Turn.Key))],
            [.. session.Turns.SelectMany(work => work.Requests)]))]);
    }

    private Work Turn(long session, long start)
    {
        var (key, at) = (NewKey(), start);
        var model = random.Next(10) switch { < 5 => 0, < 9 => 1, _ => 2 };

        // In a quarter of the turns, a subagent works with another model.
        var hasSubagent = random.Next(4) == 0;
        var requests = new LedgerRequest[random.Next(1, 2 * Requests)];
        for (var i = 0; i < requests.Length; i++)
        {
            at += random.NextInt64(2_000, 40_000);
            var isSubagent = hasSubagent && i % 2 == 1;
            requests[i] = Request(session, key, at, s_models[isSubagent ? (model + 1) % s_models.Length : model], isSubagent);
        }

        var outcome = random.Next(200) == 0 ? TurnOutcome.Failed : TurnOutcome.Completed;
        return new Work(new LedgerTurn(key, session, start, at, outcome), NewKey(), requests);
    }

    private LedgerRequest Request(long session, long turn, long at, string model, bool isSubagent)
    {
        var write = random.NextInt64(200, 8_000);
        return new LedgerRequest
        {
            Key = NewKey(),
            At = at,
            Sources = RequestSources.Hook,
            Session = session,
            SessionRank = SessionRank.RequestSession,
            Turn = turn,
            Origin = isSubagent ? RequestOrigin.Subagent : RequestOrigin.Main,
            Model = model,
            NamedBy = RequestSources.Hook,
            SplitBy = RequestSources.Hook,
            IsFinal = true,
            Input = random.NextInt64(1, 500),
            Output = random.NextInt64(50, 1_500),
            CacheRead = random.NextInt64(10_000, 230_000),
            CacheWrite5m = isSubagent ? write : 0,
            CacheWrite1h = isSubagent ? 0 : write,
            WebSearches = random.Next(200) == 0 ? 1 : 0,
            Terms = random.Next(50) == 0 ? RequestFlags.Fast : RequestFlags.None,
        };
    }

    private long NewKey() => random.NextInt64(long.MinValue, long.MaxValue);

    private string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }
}
