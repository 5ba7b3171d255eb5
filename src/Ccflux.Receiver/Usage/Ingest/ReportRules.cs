using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>Validates a report before it is stored. The first fault is reported with the field's name and the limit that it breaks.</summary>
internal static class ReportRules
{
    private static readonly DateTimeOffset s_earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static string? Fault(IncomingReport report)
    {
        if (report.Requests is { } requests)
        {
            return RequestBatchRules.Fault(requests);
        }

        if (report.Client is null || report.Turns is null)
        {
            return "client, turns: missing.";
        }

        return TextRule.Fault("client.name", report.Client.Name, 1, ReportLimits.MaxText)
            ?? TextRule.Fault("client.version", report.Client.Version, 0, ReportLimits.MaxText)
            ?? TextRule.Fault("client.platform", report.Client.Platform ?? "", 0, ReportLimits.MaxText)
            ?? TextRule.Fault("client.claude_code_version", report.Client.ClaudeCodeVersion ?? "", 0, ReportLimits.MaxText)
            ?? (report.ClaimedEmail is { Length: > 254 } ? "user_email: at most 254 characters." : null)
            ?? (report.Turns.Count is 0 or > ReportLimits.MaxTurns ? $"turns: 1 to {ReportLimits.MaxTurns}, got {report.Turns.Count}." : null)
            ?? TurnsFault(report);
    }

    /// <summary>The refusal of a report without fault that is not accepted nevertheless, or null.</summary>
    public static Refusal? Refuse(IncomingReport report, DateTimeOffset now) =>
        (report.Requests is { } requests ? RequestBatchRules.FutureFault(requests, now) : FutureFault(report, now)) is { } future ? Refusals.FutureTurns(future) : null;

    /// <summary>The first turn that is further in the future than clocks may differ, or null.</summary>
    public static string? FutureFault(IncomingReport report, DateTimeOffset now)
    {
        var latest = now + ReportLimits.ClockTolerance;
        for (var i = 0; i < report.Turns.Count; i++)
        {
            if (report.Turns[i].EndedUtc > latest || report.Turns[i].LimitEvents?.Any(limit => limit.AtUtc > latest) == true)
            {
                return $"turns[{i}] is more than 5 minutes in the future; the Date header has the server's time.";
            }
        }

        return null;
    }

    private static string? TurnsFault(IncomingReport report)
    {
        for (var i = 0; i < report.Turns.Count; i++)
        {
            // The place is formatted only if there is a fault to report.
            if (report.Turns[i] is not { } turn)
            {
                return $"turns[{i}]: missing.";
            }

            if (TurnFault(turn) is { } fault)
            {
                return report.SchemaVersion == LegacyReport.Version ? fault : $"turns[{i}].{fault}";
            }
        }

        return null;
    }

    private static string? TurnFault(TurnReport turn)
    {
        return TextRule.Fault("session_id", turn.SessionId, 1, ReportLimits.MaxSessionId)
            ?? (turn.TurnIndex is < 0 or > ReportLimits.MaxTurnIndex ? $"turn_index: 0 to {ReportLimits.MaxTurnIndex}." : null)
            ?? (turn.StartedUtc < s_earliest ? "started_utc: not before 2020." : null)
            ?? (turn.EndedUtc < turn.StartedUtc ? "ended_utc: not before started_utc." : null)
            ?? (turn.SessionStartUtc < s_earliest ? "session_start_utc: not before 2020." : null)
            ?? TextRule.Fault("entrypoint", turn.Entrypoint ?? "", 0, ReportLimits.MaxText)
            ?? (turn.Outcome is null || !TurnOutcome.IsKnown(turn.Outcome) ? "outcome: completed, failed or interrupted." : null)
            ?? ModelsFault(turn.Models)
            ?? LimitsFault(turn.LimitEvents);
    }

    private static string? ModelsFault(IReadOnlyDictionary<string, ModelUsage>? models)
    {
        if (models is null || models.Count > ReportLimits.MaxModels)
        {
            return $"models: at most {ReportLimits.MaxModels}.";
        }

        foreach (var (name, usage) in models)
        {
            if (TextRule.Fault("models: a name", name, 1, ReportLimits.MaxModelName) is { } fault)
            {
                return fault;
            }

            if (usage is null || !Fits(usage))
            {
                return $"models: counts from 0 to {ReportLimits.MaxTokens} (messages to {ReportLimits.MaxMessages}), and no part larger than its whole.";
            }
        }

        return null;
    }

    private static bool Fits(ModelUsage usage) =>
        Fits(usage.InputTokens)
        && Fits(usage.OutputTokens)
        && Fits(usage.CacheReadTokens)
        && Fits(usage.CacheWriteTokens)
        && usage.CacheWrite1hTokens >= 0 && usage.CacheWrite1hTokens <= usage.CacheWriteTokens
        && usage.Messages is >= 0 and <= ReportLimits.MaxMessages
        && usage.SubagentTokens >= 0
        && usage.SubagentTokens <= usage.InputTokens + usage.OutputTokens + usage.CacheReadTokens + usage.CacheWriteTokens
        && IsPart(usage.Over100k, usage)
        && IsPart(usage.Over200k, usage)
        && IsPart(usage.Fast, usage);

    private static bool Fits(long tokens) => tokens is >= 0 and <= ReportLimits.MaxTokens;

    private static bool IsPart(TokenCounts? part, ModelUsage whole) =>
        part is null
        || (part.InputTokens >= 0 && part.InputTokens <= whole.InputTokens
            && part.OutputTokens >= 0 && part.OutputTokens <= whole.OutputTokens
            && part.CacheReadTokens >= 0 && part.CacheReadTokens <= whole.CacheReadTokens
            && part.CacheWriteTokens >= 0 && part.CacheWriteTokens <= whole.CacheWriteTokens
            && part.CacheWrite1hTokens >= 0 && part.CacheWrite1hTokens <= part.CacheWriteTokens);

    private static string? LimitsFault(IReadOnlyList<LimitEvent>? events)
    {
        if (events is null)
        {
            return null;
        }

        if (events.Count > ReportLimits.MaxLimitEvents)
        {
            return $"limit_events: at most {ReportLimits.MaxLimitEvents}.";
        }

        foreach (var limit in events)
        {
            if (limit is null || limit.AtUtc < s_earliest || limit.ResetsAtUtc < s_earliest)
            {
                return "limit_events: times not before 2020.";
            }

            if (TextRule.Fault("limit_events: window", limit.Window ?? "", 0, ReportLimits.MaxText) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }
}
