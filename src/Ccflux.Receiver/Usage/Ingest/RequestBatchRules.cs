using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>Validates a report of requests before it is stored. The first fault is reported with the field's name and the limit that it breaks.</summary>
internal static class RequestBatchRules
{
    private static readonly long s_earliest = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    // Later than this, a number is no time. Facts may not even be in the future; a reset and a pause's end may.
    private static readonly long s_latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static string? Fault(RequestBatch batch)
    {
        return batch.Client is null ? "client: missing." : TextRule.Fault("client.name", batch.Client.Name, 1, ReportLimits.MaxText)
            ?? TextRule.Fault("client.version", batch.Client.Version, 0, ReportLimits.MaxText)
            ?? TextRule.Fault("client.platform", batch.Client.Platform ?? "", 0, ReportLimits.MaxText)
            ?? TextRule.Fault("client.claude_code_version", batch.Client.ClaudeCodeVersion ?? "", 0, ReportLimits.MaxText)
            ?? (batch.Models.Count > ReportLimits.MaxReportModels ? $"models: at most {ReportLimits.MaxReportModels}, got {batch.Models.Count}." : null)
            ?? (batch.Sessions.Count > ReportLimits.MaxSessions ? $"sessions: at most {ReportLimits.MaxSessions}, got {batch.Sessions.Count}." : null)
            ?? (batch.Sessions.Count == 0 && batch.Pauses is not { Count: > 0 } ? "sessions: at least one, if there are no pauses." : null)
            ?? ModelsFault(batch.Models)
            ?? SessionsFault(batch)
            ?? PausesFault(batch.Pauses);
    }

    /// <summary>The first fact that is further in the future than clocks may differ, or null.</summary>
    public static string? FutureFault(RequestBatch batch, DateTimeOffset now)
    {
        var latest = (now + ReportLimits.ClockTolerance).ToUnixTimeMilliseconds();
        for (var i = 0; i < batch.Sessions.Count; i++)
        {
            var session = batch.Sessions[i];
            if (session.Requests.Any(request => request.At > latest)
                || session.Turns.Any(turn => turn.Ended > latest)
                || session.LimitEvents?.Any(limit => limit.At > latest) == true)
            {
                return $"sessions[{i}] has a time more than 5 minutes in the future; the Date header has the server's time.";
            }
        }

        return null;
    }

    private static string? ModelsFault(IReadOnlyList<string> models)
    {
        for (var i = 0; i < models.Count; i++)
        {
            if (TextRule.Fault("", models[i], 1, ReportLimits.MaxModelName) is { } fault)
            {
                return $"models[{i}]{fault}";
            }
        }

        return null;
    }

    private static string? SessionsFault(RequestBatch batch)
    {
        var facts = 0;
        for (var i = 0; i < batch.Sessions.Count; i++)
        {
            if (batch.Sessions[i] is not { } session)
            {
                return $"sessions[{i}]: missing.";
            }

            facts += session.Turns.Count + session.Requests.Count + (session.LimitEvents?.Count ?? 0);
            if (facts > ReportLimits.MaxFacts)
            {
                return $"sessions: at most {ReportLimits.MaxFacts} requests, turns and limit_events together.";
            }

            // The place is formatted only if there is a fault to report.
            if (SessionFault(session, batch.Models.Count) is { } fault)
            {
                return $"sessions[{i}].{fault}";
            }
        }

        return null;
    }

    private static string? SessionFault(ReportedSession session, int models) =>
        TextRule.Fault("session_id", session.SessionId, 1, ReportLimits.MaxSessionId)
        ?? TextRule.Fault("entrypoint", session.Entrypoint ?? "", 0, ReportLimits.MaxText)
        ?? TurnsFault(session.Turns)
        ?? RequestsFault(session, models)
        ?? LimitsFault(session);

    private static string? TurnsFault(IReadOnlyList<ReportedTurn> turns)
    {
        for (var i = 0; i < turns.Count; i++)
        {
            var fault = turns[i] is not { } turn ? "missing."
                : turn.Key == 0 ? "key: missing."
                : turn.Started < s_earliest ? "started: not before 2020, in epoch milliseconds."
                : turn.Ended < turn.Started ? "ended: not before started."
                : turn.Outcome is null || !TurnOutcome.IsKnown(turn.Outcome) ? "outcome: completed, failed or interrupted."
                : turn.Prompts is { Count: > ReportLimits.MaxPrompts } ? $"prompts: at most {ReportLimits.MaxPrompts}."
                : turn.Prompts?.Any(prompt => prompt is null || !LedgerKeyConverter.TryParse(prompt, out _)) == true ? "prompts: keys of 16 hexadecimal digits."
                : null;
            if (fault is not null)
            {
                return $"turns[{i}].{fault}";
            }
        }

        return null;
    }

    private static string? RequestsFault(ReportedSession session, int models)
    {
        for (var i = 0; i < session.Requests.Count; i++)
        {
            var request = session.Requests[i];
            var fault = request.At < s_earliest ? "at: not before 2020, in epoch milliseconds."
                : request.Turn < -1 || request.Turn >= session.Turns.Count ? "turn: -1, or a place in turns."
                : request.Model < 0 || request.Model >= models ? "model: a place in models."
                : !Fits(request.Input) || !Fits(request.Output) || !Fits(request.CacheRead) || !Fits(request.CacheWrite5m) || !Fits(request.CacheWrite1h)
                    ? $"tokens: from 0 to {ReportLimits.MaxRequestTokens}."
                : request.WebSearches is < 0 or > ReportLimits.MaxWebSearches ? $"web_searches: from 0 to {ReportLimits.MaxWebSearches}."
                : null;
            if (fault is not null)
            {
                return $"requests[{i}].{fault}";
            }
        }

        return null;
    }

    private static string? LimitsFault(ReportedSession session)
    {
        for (var i = 0; i < (session.LimitEvents?.Count ?? 0); i++)
        {
            var fault = session.LimitEvents![i] is not { } limit ? "missing."
                : limit.Turn < 0 || limit.Turn >= session.Turns.Count ? "turn: a place in turns."
                : limit.At < s_earliest || limit.ResetsAt < s_earliest || limit.ResetsAt > s_latest ? "at, resets_at: from 2020 to 9999, in epoch milliseconds."
                : TextRule.Fault("window", limit.Window ?? "", 0, ReportLimits.MaxText);
            if (fault is not null)
            {
                return $"limit_events[{i}].{fault}";
            }
        }

        return null;
    }

    private static string? PausesFault(IReadOnlyList<ReportedPause>? pauses) =>
        pauses is { Count: > ReportLimits.MaxPauses } ? $"pauses: at most {ReportLimits.MaxPauses}."
        : pauses?.Any(pause => pause is null || pause.From < s_earliest || pause.From > s_latest || pause.Until < pause.From || pause.Until > s_latest) == true
            ? "pauses: from 2020 to 9999, until not before from."
        : null;

    private static bool Fits(long tokens) => tokens is >= 0 and <= ReportLimits.MaxRequestTokens;
}
