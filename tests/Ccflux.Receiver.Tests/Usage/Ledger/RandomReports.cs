using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Tests.Usage.Ledger;

/// <summary>Reports of requests at random, from few values, so that keys, figures, sessions and times meet often.</summary>
internal sealed class RandomReports(int seed)
{
    /// <summary>2026-11-01, in epoch milliseconds.</summary>
    public const long Epoch = 1_793_491_200_000;

    private static readonly string[] s_models = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5"];
    private static readonly string[] s_outcomes = [TurnOutcome.Completed, TurnOutcome.Failed, TurnOutcome.Interrupted];
    private readonly Random _random = new(seed);

    public Random Random => _random;

    /// <summary>One report of a request.</summary>
    /// <param name="keys">How many different keys there are.</param>
    /// <param name="sessions">How many different sessions there are.</param>
    /// <param name="spread">Within how many milliseconds times lie.</param>
    public LedgerRequest Request(int keys = 1, int sessions = 3, long spread = 4 * 86_400_000L)
    {
        var source = Flip() ? RequestSources.Hook : RequestSources.Telemetry;
        var isHook = source == RequestSources.Hook;
        var split = Flip();
        var write = Pick(0, 0, 10, 90_000, 150_000);
        var write1h = split ? write / Pick(1, 2, 5) : 0;
        return new LedgerRequest
        {
            Key = LedgerKey.OfRow(BitConverter.GetBytes(_random.Next(keys))),
            At = Epoch + _random.NextInt64(spread),
            Sources = source,
            NamedBy = source,
            SplitBy = split ? source : RequestSources.None,
            Session = _random.Next(5) == 0 && !isHook ? 0 : Session(_random.Next(sessions)),
            SessionRank = isHook ? (Flip() ? SessionRank.Transcript : SessionRank.RequestSession) : SessionRank.Telemetry,
            Turn = Flip() ? 0 : LedgerKey.OfTurn(BitConverter.GetBytes(_random.Next(3))),
            Origin = (RequestOrigin)_random.Next(3),
            Model = s_models[_random.Next(s_models.Length)],
            Input = Pick(1, 2, 3, 11, 60_000),
            Output = Pick(5, 6, 7),
            CacheRead = Pick(0, 2, 100_000),
            CacheWrite5m = write - write1h,
            CacheWrite1h = write1h,
            WebSearches = isHook ? _random.Next(3) : 0,
            IsFinal = Flip(),
            Terms = (RequestFlags)_random.Next(16),
            Duration = isHook ? null : _random.Next(1, 4),
            FirstToken = isHook || Flip() ? null : _random.Next(1, 4),
            StatedCost = isHook || Flip() ? null : _random.Next(1, 4),
        };
    }

    /// <summary>What an installation's telemetry says of a request.</summary>
    public LedgerRequest OfSubject(long subject, int keys)
    {
        var request = Request(keys);
        return request with
        {
            Subject = subject,
            Sources = RequestSources.Telemetry,
            NamedBy = RequestSources.Telemetry,
            SplitBy = request.SplitBy == RequestSources.None ? RequestSources.None : RequestSources.Telemetry,
            SessionRank = SessionRank.Telemetry,
            Turn = 0,
            WebSearches = 0,
        };
    }

    /// <summary>What metrics of a user say of a session, or of none, in a quarter of an hour. Each says something new.</summary>
    public LedgerRequest Metrics(long user, int sessions = 3, long spread = 4 * 86_400_000L)
    {
        var session = _random.Next(3) == 0 ? 0 : Session(_random.Next(sessions));
        var at = Epoch + (_random.NextInt64(spread) / SlotGrain.Quarter * SlotGrain.Quarter);
        var model = s_models[_random.Next(s_models.Length)];
        return new LedgerRequest
        {
            Key = LedgerKey.OfMetrics(user, session, at, model),
            At = at,
            Sources = RequestSources.Telemetry,
            NamedBy = RequestSources.Telemetry,
            Session = session,
            SessionRank = session == 0 ? SessionRank.Unknown : SessionRank.Telemetry,
            Origin = RequestOrigin.Metrics,
            Model = model,
            Input = _random.Next(1, 4),
            Output = Pick(5, 60_000),
            CacheRead = Pick(0, 200_000),
            CacheWrite5m = Pick(0, 10),
            IsFinal = true,
        };
    }

    /// <summary>Another report of the same answer: its figures are equal, but not who knows what of it.</summary>
    public LedgerRequest Like(in LedgerRequest answer)
    {
        var report = Request();
        var write1h = report.SplitBy != RequestSources.None ? answer.CacheWrite / Pick(1, 2, 5) : 0;
        return report with
        {
            Input = answer.Input,
            Output = answer.Output,
            CacheRead = answer.CacheRead,
            CacheWrite5m = answer.CacheWrite - write1h,
            CacheWrite1h = write1h,
        };
    }

    public LedgerTurn Turn(int keys = 3, int sessions = 3)
    {
        var started = Epoch + (_random.Next(100) * 1_800_000L);
        return new LedgerTurn(
            LedgerKey.OfTurn(BitConverter.GetBytes(_random.Next(keys))), Session(_random.Next(sessions)), started, started + (_random.Next(4) * 600_000L), s_outcomes[_random.Next(3)]);
    }

    /// <summary>A pause of up to a day; now and then one that goes on.</summary>
    public IncomingPause Pause()
    {
        var from = Epoch + (_random.Next(96) * 3_600_000L);
        return new IncomingPause(from, _random.Next(4) == 0 ? null : from + (_random.Next(24) * 3_600_000L));
    }

    public static string SessionId(int session) => $"session-{session}";

    public static long Session(int session) => LedgerKey.OfSession(SessionId(session));

    public bool Flip() => _random.Next(2) == 0;

    public long Pick(params ReadOnlySpan<long> values) => values[_random.Next(values.Length)];
}
