using System.Text;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Lab.Demo;

/// <summary>The requests of a person's turns: each turn's usage of a model, spread evenly over its requests and its duration.</summary>
internal static class DemoRequests
{
    public static IncomingRequests Of(DemoReport report, long user, long device)
    {
        var from = new ReportOrigin(report.ReceivedAt.ToUnixTimeMilliseconds(), device, report.Person.Version.Plugin);
        return new IncomingRequests(user, from, [.. report.Turns.GroupBy(turn => turn.SessionId, StringComparer.Ordinal).Select(session => Session(session.Key, [.. session]))])
        {
            Client = new ClientInfo
            {
                Name = "ccflux",
                Version = report.Person.Version.Plugin,
                Platform = report.Person.Platform,
                ClaudeCodeVersion = report.Person.Version.ClaudeCode,
            },
            Claim = report.Person.IsLegacy ? new ClaimedAddress(report.Person.Claims) : null,
        };
    }

    private static IncomingSession Session(string id, DemoTurn[] turns)
    {
        var key = LedgerKey.OfSession(id);
        return new IncomingSession(key, id, turns[0].Entrypoint, [.. turns.Select(turn => Turn(turn, key))], [], [.. turns.SelectMany(turn => Requests(turn, key))])
        {
            Limits = [.. turns.SelectMany(Limits)],
        };
    }

    private static LedgerTurn Turn(DemoTurn turn, long session) =>
        new(KeyOf(turn), session, turn.Started.ToUnixTimeMilliseconds(), turn.Ended.ToUnixTimeMilliseconds(), turn.Outcome);

    private static IEnumerable<LedgerRequest> Requests(DemoTurn turn, long session)
    {
        var (turnKey, started) = (KeyOf(turn), turn.Started.ToUnixTimeMilliseconds());
        var length = turn.Ended.ToUnixTimeMilliseconds() - started;
        foreach (var (model, usage) in turn.Models)
        {
            for (var i = 0; i < usage.Requests; i++)
            {
                var last = i == usage.Requests - 1;
                long Part(long sum) => last ? sum - (sum / usage.Requests * i) : sum / usage.Requests;
                yield return new LedgerRequest
                {
                    Key = LedgerKey.OfRow(Encoding.UTF8.GetBytes($"{turn.SessionId} {turn.Index} {model} {i}")),
                    At = started + (length * (i + 1) / usage.Requests),
                    Sources = RequestSources.Hook,
                    NamedBy = RequestSources.Hook,
                    SplitBy = RequestSources.Hook,
                    Session = session,
                    SessionRank = SessionRank.RequestSession,
                    Turn = turnKey,
                    Origin = RequestOrigin.Main,
                    Model = model,
                    Input = Part(usage.Input),
                    Output = Part(usage.Output),
                    CacheRead = Part(usage.CacheRead),
                    CacheWrite1h = Part(usage.CacheWrite),
                    IsFinal = true,
                };
            }
        }
    }

    private static IEnumerable<IncomingLimit> Limits(DemoTurn turn) => turn.LimitHit is not { } hit
        ? []
        : [new IncomingLimit(KeyOf(turn), hit.At.ToUnixTimeMilliseconds(), "five_hour", hit.ResetsAt.ToUnixTimeMilliseconds(), IsFinal: true)];

    private static long KeyOf(DemoTurn turn) => LedgerKey.OfTurn(Encoding.UTF8.GetBytes($"{turn.SessionId} {turn.Index}"));
}
