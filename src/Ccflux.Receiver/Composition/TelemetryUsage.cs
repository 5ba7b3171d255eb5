using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Telemetry;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Receiver.Usage;
using Ccflux.Receiver.Usage.Erasure;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Retention;
using Ccflux.Storage.Writing;
using RequestSources = Ccflux.Receiver.Usage.Ledger.RequestSources;
using RequestSums = Ccflux.Receiver.Telemetry.Receive.Normalize.RequestSums;

namespace Ccflux.Receiver.Composition;

/// <summary>Puts the usage that telemetry tells of into the ledger: requests, where they meet what the hook tells of the same requests, and the tokens of metrics.</summary>
/// <remarks>What is sent with a user's own token is the user's. Under the organisation's token, it is the subject's until that is known to be a user's: see <see cref="SubjectMoves"/>.</remarks>
internal sealed class TelemetryUsage(LedgerWriter ledger, OrganisationCalendar calendar, UsageOptions options, TelemetryOptions telemetry) : IUsageSink
{
    private static readonly string[] s_deletions = [UsageErasureSql.DeleteRequests, UsageErasureSql.DeleteSessions];

    public void Put(WriteSession writing, long? user, IReadOnlyList<TelemetryRequest> requests, IReadOnlyList<TelemetryMetric> metrics, long now)
    {
        if (user is { } own)
        {
            Put(writing, own, subject: 0, requests, metrics, now);
            return;
        }

        var (bySubject, metricsBySubject) = (requests.ToLookup(request => request.Subject), metrics.ToLookup(metric => metric.Subject));
        foreach (var subject in bySubject.Select(group => group.Key).Union(metricsBySubject.Select(group => group.Key)))
        {
            if (writing.Scalar(PortsSql.SubjectHolder, ("subject", subject), ("trust", telemetry.TrustClaimedEmail)) is { } holder)
            {
                Put(writing, holder, subject, bySubject[subject], metricsBySubject[subject], now);
            }
        }
    }

    public int Remove(WriteSession writing, long subject, long user, int rows)
    {
        ledger.ForgetSessions();
        var removed = Deletions.Run(writing, s_deletions, ("user", -subject), rows);
        return removed > 0 ? removed : SubjectMove.Run(writing, ledger, subject, user, rows);
    }

    private void Put(WriteSession writing, long user, long subject, IEnumerable<TelemetryRequest> requests, IEnumerable<TelemetryMetric> metrics, long now)
    {
        // Keys of what has no id of the API's stay the same when a subject's rows move to a user.
        var owner = subject == 0 ? user : -subject;
        var earliest = RetentionRule.FirstKept(calendar, DateTimeOffset.FromUnixTimeMilliseconds(now), options.RetentionDays);
        var facts = requests.Where(IsIdentified).Select(request => (Id: request.Session ?? "", Fact: Request(owner, request)))
            .Concat(metrics
                .GroupBy(metric => (Session: metric.Session ?? "", Start: metric.At / SlotGrain.Quarter * SlotGrain.Quarter, metric.Model))
                .Select(cell => (Id: cell.Key.Session, Fact: Metrics(owner, KeyOf(cell.Key.Session), cell.Key.Start, cell.Key.Model, cell))));
        var sessions = facts
            .Where(each => each.Fact.At >= earliest)
            .GroupBy(each => each.Id, StringComparer.Ordinal)
            .Select(session => new IncomingSession(KeyOf(session.Key), session.Key, null, [], [], [.. session.Select(each => each.Fact with { Subject = subject })]))
            .ToList();
        if (sessions.Count > 0)
        {
            // Telemetry has bounds of its own: records a day, sessions, names.
            _ = ledger.Write(writing, new IncomingRequests(user, new ReportOrigin(now, null, null), sessions), allowances: null);
        }
    }

    /// <summary>Without the API's id and without a session, nothing tells whether the hook reported the same request: it would count twice.</summary>
    private static bool IsIdentified(TelemetryRequest request) => request.Event.Request.Key != 0 || request.Session is not null;

    private static long KeyOf(string session) => session.Length == 0 ? 0 : LedgerKey.OfSession(session);

    /// <summary>What a session used of one model in a quarter of an hour. The cost that metrics state stays with telemetry.</summary>
    private static LedgerRequest Metrics(long owner, long session, long start, string model, IEnumerable<TelemetryMetric> metrics)
    {
        var sums = metrics.Aggregate(default(RequestSums), (sum, metric) => sum + metric.Sums);
        return new LedgerRequest
        {
            Key = LedgerKey.OfMetrics(owner, session, start, model),
            At = start,
            Sources = RequestSources.Telemetry,
            NamedBy = RequestSources.Telemetry,
            Session = session,
            SessionRank = session == 0 ? SessionRank.Unknown : SessionRank.Telemetry,
            Origin = RequestOrigin.Metrics,
            Model = model,
            Input = Math.Min(sums.Input, RequestMerge.MaxMetric),
            Output = Math.Min(sums.Output, RequestMerge.MaxMetric),
            CacheRead = Math.Min(sums.CacheRead, RequestMerge.MaxMetric),
            CacheWrite5m = Math.Min(sums.CacheWrite, RequestMerge.MaxMetric),
            IsFinal = true,
        };
    }

    private static LedgerRequest Request(long owner, TelemetryRequest request)
    {
        var session = KeyOf(request.Session ?? "");
        var (sent, details) = (request.Event, request.Event.Request);
        return new LedgerRequest
        {
            Key = details.Key != 0 ? details.Key : LedgerKey.OfEvent(owner, sent.Key),
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
