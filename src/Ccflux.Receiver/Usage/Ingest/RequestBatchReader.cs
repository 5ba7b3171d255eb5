using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>Makes a validated report of requests into what the ledger stores.</summary>
internal static class RequestBatchReader
{
    private const RequestFlags Terms = RequestFlags.Fast | RequestFlags.UnitedStates | RequestFlags.Batch | RequestFlags.Priority;

    /// <param name="batch">Without fault.</param>
    /// <param name="user">Who reports.</param>
    /// <param name="from">Who signed.</param>
    /// <param name="earliest">Older facts are left out, in epoch milliseconds.</param>
    /// <param name="expired">How many were left out.</param>
    public static IncomingRequests Read(RequestBatch batch, long user, in ReportOrigin from, long earliest, out int expired)
    {
        expired = 0;
        var sessions = new List<IncomingSession>(batch.Sessions.Count);
        foreach (var session in batch.Sessions)
        {
            var read = Read(batch.Models, session, earliest, ref expired);
            if (read.Turns.Count + read.Requests.Count + read.Limits.Count > 0)
            {
                sessions.Add(read);
            }
        }

        return new IncomingRequests(user, from, sessions)
        {
            IsBackfill = batch.Backfill,
            Client = batch.Client,
            Pauses = [.. (batch.Pauses ?? []).Select(pause => new IncomingPause(pause.From, pause.Until))],
        };
    }

    private static IncomingSession Read(IReadOnlyList<string> models, ReportedSession session, long earliest, ref int expired)
    {
        var key = LedgerKey.OfSession(session.SessionId);
        var turns = new List<LedgerTurn>(session.Turns.Count);
        var prompts = new List<(long, long)>();
        foreach (var turn in session.Turns)
        {
            if (turn.Ended < earliest)
            {
                expired++;
                continue;
            }

            turns.Add(new LedgerTurn(turn.Key, key, turn.Started, turn.Ended, turn.Outcome));
            foreach (var prompt in turn.Prompts ?? [])
            {
                _ = LedgerKeyConverter.TryParse(prompt, out var promptKey);
                prompts.Add((promptKey, turn.Key));
            }
        }

        var requests = new List<LedgerRequest>(session.Requests.Count);
        foreach (var request in session.Requests)
        {
            if (request.At < earliest)
            {
                expired++;
            }
            else
            {
                requests.Add(Read(models, session, key, request));
            }
        }

        var limits = new List<IncomingLimit>();
        foreach (var limit in (session.LimitEvents ?? []).Where(limit => limit.At >= earliest))
        {
            limits.Add(new IncomingLimit(TurnOf(session, limit.Turn ?? -1), limit.At, limit.Window ?? "", limit.ResetsAt, limit.Final));
        }

        return new IncomingSession(key, session.SessionId, string.IsNullOrEmpty(session.Entrypoint) ? null : session.Entrypoint, turns, prompts, requests)
        {
            Limits = limits,
            LacksIds = session.Requests.Any(request => request.At >= earliest && !request.Flags.HasFlag(RequestFlags.ApiId)),
        };
    }

    private static LedgerRequest Read(IReadOnlyList<string> models, ReportedSession session, long key, in ReportedRequest request) => new()
    {
        Key = request.Key,
        At = request.At,
        Sources = RequestSources.Hook,
        NamedBy = RequestSources.Hook,
        SplitBy = request.Flags.HasFlag(RequestFlags.Split) ? RequestSources.Hook : RequestSources.None,
        Session = key,
        SessionRank = request.Flags.HasFlag(RequestFlags.OwnSession) ? SessionRank.RequestSession : SessionRank.Transcript,
        Turn = TurnOf(session, request.Turn),
        Origin = request.Origin,
        Model = models[request.Model],
        Input = request.Input,
        Output = request.Output,
        CacheRead = request.CacheRead,
        // Without a split, all of it stands as one lifetime.
        CacheWrite5m = request.Flags.HasFlag(RequestFlags.Split) ? request.CacheWrite5m : request.CacheWrite5m + request.CacheWrite1h,
        CacheWrite1h = request.Flags.HasFlag(RequestFlags.Split) ? request.CacheWrite1h : 0,
        WebSearches = request.WebSearches,
        IsFinal = !request.Flags.HasFlag(RequestFlags.Partial),
        Terms = request.Flags & Terms,
    };

    private static long TurnOf(ReportedSession session, int place) => place < 0 ? 0 : session.Turns[place].Key;
}
