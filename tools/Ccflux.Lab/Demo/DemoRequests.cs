using System.Text;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Lab.Demo;

/// <summary>The requests of a person's turns: each turn's usage of a model, spread evenly over its messages and its duration.</summary>
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

    private static IncomingSession Session(string id, TurnReport[] turns)
    {
        var key = LedgerKey.OfSession(id);
        return new IncomingSession(key, id, turns[0].Entrypoint, [.. turns.Select(turn => Turn(turn, key))], [], [.. turns.SelectMany(turn => Requests(turn, key))])
        {
            Limits = [.. turns.SelectMany(Limits)],
        };
    }

    private static LedgerTurn Turn(TurnReport turn, long session) =>
        new(KeyOf(turn), session, turn.StartedUtc.ToUnixTimeMilliseconds(), turn.EndedUtc.ToUnixTimeMilliseconds(), turn.Outcome);

    private static IEnumerable<LedgerRequest> Requests(TurnReport turn, long session)
    {
        var (turnKey, started) = (KeyOf(turn), turn.StartedUtc.ToUnixTimeMilliseconds());
        var length = turn.EndedUtc.ToUnixTimeMilliseconds() - started;
        foreach (var (model, usage) in turn.Models)
        {
            for (var i = 0; i < usage.Messages; i++)
            {
                var last = i == usage.Messages - 1;
                long Part(long sum) => last ? sum - (sum / usage.Messages * i) : sum / usage.Messages;
                yield return new LedgerRequest
                {
                    Key = LedgerKey.OfRow(Encoding.UTF8.GetBytes($"{turn.SessionId} {turn.TurnIndex} {model} {i}")),
                    At = started + (length * (i + 1) / usage.Messages),
                    Sources = RequestSources.Hook,
                    NamedBy = RequestSources.Hook,
                    SplitBy = RequestSources.Hook,
                    Session = session,
                    SessionRank = SessionRank.RequestSession,
                    Turn = turnKey,
                    Origin = RequestOrigin.Main,
                    Model = model,
                    Input = Part(usage.InputTokens),
                    Output = Part(usage.OutputTokens),
                    CacheRead = Part(usage.CacheReadTokens),
                    CacheWrite1h = Part(usage.CacheWriteTokens),
                    IsFinal = true,
                };
            }
        }
    }

    private static IEnumerable<IncomingLimit> Limits(TurnReport turn) => (turn.LimitEvents ?? []).Select(limit => new IncomingLimit(
        KeyOf(turn), limit.AtUtc.ToUnixTimeMilliseconds(), limit.Window ?? "", limit.ResetsAtUtc?.ToUnixTimeMilliseconds(), limit.Final));

    private static long KeyOf(TurnReport turn) => LedgerKey.OfTurn(Encoding.UTF8.GetBytes($"{turn.SessionId} {turn.TurnIndex}"));
}
