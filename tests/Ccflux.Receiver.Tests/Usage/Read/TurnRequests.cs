using System.Text;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Usage.Read;

/// <summary>Turns as tests write them in a line, as what the ledger stores: one request for each model, at the turn's end.</summary>
internal static class TurnRequests
{
    public static IncomingRequests Of(long user, DateTimeOffset receivedAt, IEnumerable<TurnReport> turns, long? device = null) => new(
        user,
        new ReportOrigin(receivedAt.ToUnixTimeMilliseconds(), device, "1.0.0"),
        [
            .. turns.GroupBy(turn => turn.SessionId, StringComparer.Ordinal).Select(session => new IncomingSession(
                SessionKey(session.Key), session.Key, "cli", [.. session.Select(TurnOf)], [], [.. session.SelectMany(RequestsOf)])
            {
                Limits = [.. session.SelectMany(LimitsOf)],
            }),
        ])
    {
        Client = new ClientInfo { Name = "ccflux", Version = "1.0.0", Platform = "linux-x86_64", ClaudeCodeVersion = "2.1.0" },
    };

    public static long SessionKey(string session) => LedgerKey.OfSession(session);

    private static long TurnKey(TurnReport turn) => LedgerKey.OfTurn(Encoding.UTF8.GetBytes($"{turn.SessionId} {turn.TurnIndex}"));

    private static LedgerTurn TurnOf(TurnReport turn) =>
        new(TurnKey(turn), SessionKey(turn.SessionId), turn.EndedUtc.ToUnixTimeMilliseconds(), turn.EndedUtc.ToUnixTimeMilliseconds(), turn.Outcome);

    private static IEnumerable<LedgerRequest> RequestsOf(TurnReport turn) => turn.Models.Select(model => new LedgerRequest
    {
        Key = LedgerKey.OfRow(Encoding.UTF8.GetBytes($"{turn.SessionId} {turn.TurnIndex} {model.Key}")),
        At = turn.EndedUtc.ToUnixTimeMilliseconds(),
        Sources = RequestSources.Hook,
        NamedBy = RequestSources.Hook,
        SplitBy = RequestSources.Hook,
        Session = SessionKey(turn.SessionId),
        SessionRank = SessionRank.Transcript,
        Turn = TurnKey(turn),
        Origin = RequestOrigin.Main,
        Model = model.Key,
        Input = model.Value.InputTokens,
        Output = model.Value.OutputTokens,
        CacheRead = model.Value.CacheReadTokens,
        CacheWrite5m = model.Value.CacheWriteTokens - model.Value.CacheWrite1hTokens,
        CacheWrite1h = model.Value.CacheWrite1hTokens,
        IsFinal = true,
        Terms = model.Value.Fast is null ? RequestFlags.None : RequestFlags.Fast,
    });

    private static IEnumerable<IncomingLimit> LimitsOf(TurnReport turn) => (turn.LimitEvents ?? []).Select(limit => new IncomingLimit(
        TurnKey(turn), limit.AtUtc.ToUnixTimeMilliseconds(), limit.Window ?? "", limit.ResetsAtUtc?.ToUnixTimeMilliseconds(), limit.Final));
}
