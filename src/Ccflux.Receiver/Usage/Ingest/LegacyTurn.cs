using System.Text;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>A turn as ccflux 0.1 knew it: one time, and sums by model.</summary>
/// <param name="SessionId">As the client names it.</param>
/// <param name="Index">Its number within the session.</param>
/// <param name="At">The time of the report.</param>
/// <param name="SessionStart">When the session began; null if it is not known.</param>
/// <param name="Models">Sums by model.</param>
/// <param name="PluginVersion">Of the client; empty if it is not known.</param>
/// <param name="Email">The address that the client named; null if none.</param>
internal sealed record LegacyTurn(
    string SessionId, int Index, DateTimeOffset At, DateTimeOffset? SessionStart, IReadOnlyDictionary<string, LegacyModelUsage?>? Models, string PluginVersion, string? Email)
{
    private static readonly DateTimeOffset s_earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The first fault, with the field's name and the limit that it breaks; null if there is none.</summary>
    public string? Fault() =>
        TextRule.Fault("session_id", SessionId, 1, ReportLimits.MaxSessionId)
        ?? TextRule.Fault("plugin_version", PluginVersion, 0, ReportLimits.MaxText)
        ?? (Email is { Length: > 254 } ? "user_email: at most 254 characters." : null)
        ?? (Index is < 0 or > ReportLimits.MaxTurnIndex ? $"turn_index: 0 to {ReportLimits.MaxTurnIndex}." : null)
        ?? (At < s_earliest ? "timestamp_utc: not before 2020." : null)
        ?? (SessionStart < s_earliest ? "session_start_utc: not before 2020." : null)
        ?? ModelsFault();

    /// <summary>A message if the turn is further in the future than clocks may differ; null otherwise.</summary>
    public string? FutureFault(DateTimeOffset now) =>
        At > now + ReportLimits.ClockTolerance ? "timestamp_utc is more than 5 minutes in the future; the Date header has the server's time." : null;

    /// <summary>The turn as rows of the ledger, with one for each model.</summary>
    public IncomingRequests ToRequests(long user, in ReportOrigin from)
    {
        var session = Encoding.UTF8.GetBytes(SessionId);
        var (key, turn) = (LedgerKey.OfSession(session), LedgerKey.OfLegacyTurn(session, Index, default));
        var at = At.ToUnixTimeMilliseconds();
        return new IncomingRequests(user, from,
        [
            new IncomingSession(
                key, SessionId, Entrypoint: null, [new LedgerTurn(turn, key, at, at, TurnOutcome.Completed, IsLegacy: true)], [],
                [.. Models!.Select(model => ToRequest(model.Key, model.Value!, LedgerKey.OfLegacyTurn(session, Index, Encoding.UTF8.GetBytes(model.Key)), key, turn, at))])
            {
                StartedAt = SessionStart?.ToUnixTimeMilliseconds(),
            },
        ]);
    }

    private static LedgerRequest ToRequest(string model, LegacyModelUsage usage, long key, long session, long turn, long at) => new()
    {
        Key = key,
        At = at,
        Sources = RequestSources.Hook,
        NamedBy = RequestSources.Hook,
        Session = session,
        SessionRank = SessionRank.Transcript,
        Turn = turn,
        Origin = RequestOrigin.Legacy,
        Model = model,
        Input = usage.InputTokens,
        Output = usage.OutputTokens,
        CacheRead = usage.CacheReadTokens,
        CacheWrite5m = usage.CacheWriteTokens,
        IsFinal = true,
    };

    private string? ModelsFault()
    {
        if (Models is null || Models.Count > ReportLimits.MaxModels)
        {
            return $"models: at most {ReportLimits.MaxModels}.";
        }

        foreach (var (name, usage) in Models)
        {
            if (TextRule.Fault("models: a name", name, 1, ReportLimits.MaxModelName) is { } fault)
            {
                return fault;
            }

            if (usage is null || !Fits(usage.InputTokens) || !Fits(usage.OutputTokens) || !Fits(usage.CacheReadTokens) || !Fits(usage.CacheWriteTokens))
            {
                return $"models: counts from 0 to {ReportLimits.MaxTokens}.";
            }
        }

        return null;
    }

    private static bool Fits(long tokens) => tokens is >= 0 and <= ReportLimits.MaxTokens;
}
