using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Receiver.Usage;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Retention;
using Ccflux.Storage.Writing;
using RequestSources = Ccflux.Receiver.Usage.Ledger.RequestSources;

namespace Ccflux.Receiver.Composition;

/// <summary>Puts the requests that telemetry tells of into the ledger, where they meet what the hook tells of the same requests.</summary>
internal sealed class TelemetryRequests(LedgerWriter ledger, OrganisationCalendar calendar, UsageOptions options) : IRequestSink
{
    public void Put(WriteSession writing, long user, IReadOnlyList<TelemetryRequest> requests, long now)
    {
        var earliest = RetentionRule.FirstKept(calendar, DateTimeOffset.FromUnixTimeMilliseconds(now), options.RetentionDays);
        var sessions = requests
            .Where(request => request.Event.At >= earliest && IsIdentified(request))
            .GroupBy(request => request.Session ?? "", StringComparer.Ordinal)
            .Select(session => Session(user, session.Key, session))
            .ToList();
        if (sessions.Count > 0)
        {
            // Telemetry has bounds of its own: records a day, sessions, names.
            _ = ledger.Write(writing, new IncomingRequests(user, new ReportOrigin(now, null, null), sessions), allowances: null);
        }
    }

    /// <summary>Without the API's id and without a session, nothing tells whether the hook reported the same request: it would count twice.</summary>
    private static bool IsIdentified(in TelemetryRequest request) => request.Event.Request.Key != 0 || request.Session is not null;

    private static IncomingSession Session(long user, string id, IEnumerable<TelemetryRequest> requests)
    {
        var key = id.Length == 0 ? 0 : LedgerKey.OfSession(id);
        return new IncomingSession(key, id, null, [], [], [.. requests.Select(request => Request(user, key, request))]);
    }

    private static LedgerRequest Request(long user, long session, in TelemetryRequest request)
    {
        var (sent, details) = (request.Event, request.Event.Request);
        return new LedgerRequest
        {
            Key = details.Key != 0 ? details.Key : LedgerKey.OfEvent(user, sent.Key),
            At = sent.At,
            Sources = RequestSources.Telemetry,
            NamedBy = RequestSources.Telemetry,
            SplitBy = details.CacheWrite1h is null ? RequestSources.None : RequestSources.Telemetry,
            Session = session,
            SessionRank = session == 0 ? SessionRank.Unknown : SessionRank.Telemetry,
            Origin = OriginOf(sent.Source),
            Model = request.Model,
            Input = sent.Sums.Input,
            Output = sent.Sums.Output,
            CacheRead = sent.Sums.CacheRead,
            CacheWrite5m = sent.Sums.CacheWrite - (details.CacheWrite1h ?? 0),
            CacheWrite1h = details.CacheWrite1h ?? 0,
            IsFinal = true,
            Terms = details.IsFast ? RequestFlags.Fast : RequestFlags.None,
            Duration = sent.DurationMs,
            FirstToken = details.FirstTokenMs,
            StatedCost = sent.Sums.Cost,
        };
    }

    /// <summary>What a client's <c>query_source</c> stands for; those seen are in the recordings of clients 2.0.76 to 2.1.332.</summary>
    private static RequestOrigin OriginOf(string source) => source switch
    {
        "" => RequestOrigin.Other,
        "sdk" => RequestOrigin.Main,
        "compact" => RequestOrigin.Compaction,
        "web_search_tool" => RequestOrigin.WebSearch,
        _ when source.StartsWith("repl_main_thread", StringComparison.Ordinal) => RequestOrigin.Main,
        _ when source.StartsWith("agent:", StringComparison.Ordinal) => RequestOrigin.Subagent,
        _ => RequestOrigin.Auxiliary,
    };
}
