using Ccflux.Contracts.Usage;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Delivery;

/// <summary>Packs what was read of a session into entries, and entries into a report.</summary>
internal static class ReportPacker
{
    /// <summary>Size in bytes that an entry aims at; it may be a turn or a request larger.</summary>
    private const int EntryBytes = 16 * 1024;

    // What they take in JSON, generously.
    private const int RequestBytes = 130;
    private const int TurnBytes = 130;
    private const int PromptBytes = 20;
    private const int LimitBytes = 160;
    private const int ModelBytes = 2 * ReportLimits.MaxModelName;

    /// <summary>Entries with all of a reading, in the order of time.</summary>
    public static IEnumerable<OutboxEntry> Entries(SessionReading reading, string sessionId)
    {
        var turns = reading.Turns.ToDictionary(turn => turn.Key);
        foreach (var session in reading.Requests.GroupBy(request => request.Session, StringComparer.Ordinal).OrderBy(session => session.Key, StringComparer.Ordinal))
        {
            var entry = new EntryBuilder(session.Key, reading);
            foreach (var request in session.OrderBy(request => request.AtMs).ThenBy(request => request.Key))
            {
                if (entry.Bytes > EntryBytes)
                {
                    yield return entry.Build();
                    entry = new EntryBuilder(session.Key, reading);
                }

                entry.Add(request, turns);
            }

            yield return entry.Build();
        }

        // What belongs to no request stands in the session whose file it was read from.
        var named = reading.Requests.Select(request => request.Turn).ToHashSet();
        var rest = new EntryBuilder(sessionId, reading);
        foreach (var turn in reading.Turns.Where(turn => !named.Contains(turn.Key)))
        {
            if (rest.Bytes > EntryBytes)
            {
                yield return rest.Build();
                rest = new EntryBuilder(sessionId, reading);
            }

            rest.Add(turn);
        }

        foreach (var limit in reading.Limits)
        {
            if (rest.Bytes > EntryBytes)
            {
                yield return rest.Build();
                rest = new EntryBuilder(sessionId, reading);
            }

            rest.Add(limit, turns);
        }

        if (rest.Bytes > 0)
        {
            yield return rest.Build();
        }
    }

    /// <summary>A report with all of some entries.</summary>
    public static RequestBatch Batch(IReadOnlyList<OutboxEntry> entries, bool backfill, IReadOnlyList<ReportedPause>? pauses)
    {
        var models = new List<string>();
        var sessions = new List<ReportedSession>();
        foreach (var same in entries.GroupBy(entry => entry.Session.SessionId, StringComparer.Ordinal))
        {
            sessions.Add(Join([.. same], models));
        }

        return new RequestBatch
        {
            Client = ClientVersion.Describe(entries.Select(entry => entry.ClaudeCode).LastOrDefault(version => version is not null)),
            Backfill = backfill,
            Models = models,
            Sessions = sessions,
            Pauses = pauses,
        };
    }

    /// <summary>What several entries say of one session.</summary>
    private static ReportedSession Join(IReadOnlyList<OutboxEntry> entries, List<string> models)
    {
        var turns = new List<ReportedTurn>();
        var places = new Dictionary<long, int>();
        var requests = new List<ReportedRequest>();
        var limits = new List<ReportedLimit>();
        foreach (var entry in entries)
        {
            var turnOf = entry.Session.Turns.Select(turn => Place(turn, turns, places)).ToArray();
            var modelOf = entry.Models.Select(model => Place(model, models)).ToArray();
            requests.AddRange(entry.Session.Requests.Select(request => request with { Turn = request.Turn < 0 ? -1 : turnOf[request.Turn], Model = modelOf[request.Model] }));
            limits.AddRange((entry.Session.LimitEvents ?? []).Select(limit => limit with { Turn = limit.Turn is { } turn ? turnOf[turn] : null }));
        }

        return entries[0].Session with
        {
            Entrypoint = entries.Select(entry => entry.Session.Entrypoint).FirstOrDefault(entrypoint => entrypoint is not null),
            Turns = turns,
            Requests = requests,
            LimitEvents = limits.Count > 0 ? limits : null,
        };
    }

    private static int Place(string model, List<string> models)
    {
        var at = models.IndexOf(model);
        if (at < 0)
        {
            at = models.Count;
            models.Add(model);
        }

        return at;
    }

    /// <summary>A later entry knows more of a turn.</summary>
    private static int Place(ReportedTurn turn, List<ReportedTurn> turns, Dictionary<long, int> places)
    {
        if (!places.TryGetValue(turn.Key, out var at))
        {
            places.Add(turn.Key, at = turns.Count);
            turns.Add(turn);
            return at;
        }

        var known = turns[at];
        turns[at] = (turn.Ended >= known.Ended ? turn : known) with
        {
            Started = Math.Min(turn.Started, known.Started),
            Prompts = known.Prompts is null ? turn.Prompts : turn.Prompts is null ? known.Prompts : [.. known.Prompts.Union(turn.Prompts, StringComparer.Ordinal)],
        };
        return at;
    }

    private sealed class EntryBuilder(string sessionId, SessionReading reading)
    {
        private readonly List<string> _models = [];
        private readonly List<ReportedTurn> _turns = [];
        private readonly Dictionary<long, int> _places = [];
        private readonly List<ReportedRequest> _requests = [];
        private readonly List<ReportedLimit> _limits = [];

        public int Bytes { get; private set; }

        public void Add(in Request request, Dictionary<long, ReportedTurn> turns)
        {
            var usage = request.Usage;
            var models = _models.Count;
            Bytes += RequestBytes;
            _requests.Add(new ReportedRequest(
                request.Key, request.AtMs, TurnOf(request.Turn, turns), Place(usage.Model!, _models), FlagsOf(request), request.Origin,
                usage.Input, usage.Output, usage.CacheRead, usage.CacheWrite - usage.CacheWrite1h, usage.CacheWrite1h, usage.WebSearches));
            Bytes += (_models.Count - models) * ModelBytes;
        }

        public void Add(ReportedTurn turn)
        {
            if (_places.TryAdd(turn.Key, _turns.Count))
            {
                Bytes += TurnBytes + ((turn.Prompts?.Count ?? 0) * PromptBytes);
                _turns.Add(turn);
            }
        }

        public void Add(LimitReading limit, Dictionary<long, ReportedTurn> turns)
        {
            Bytes += LimitBytes;
            _limits.Add(new ReportedLimit
            {
                Turn = TurnOf(limit.Turn, turns) is >= 0 and var turn ? turn : null,
                At = limit.AtMs,
                Window = limit.Window,
                ResetsAt = limit.ResetsAtMs > 0 ? limit.ResetsAtMs : null,
                Final = limit.Final,
            });
        }

        public OutboxEntry Build() => new(
            new ReportedSession { SessionId = sessionId, Entrypoint = reading.Next.Entrypoint, Turns = _turns, Requests = _requests, LimitEvents = _limits.Count > 0 ? _limits : null },
            _models,
            reading.ClaudeCodeVersion);

        private int TurnOf(long key, Dictionary<long, ReportedTurn> turns)
        {
            if (!turns.TryGetValue(key, out var turn))
            {
                return -1;
            }

            Add(turn);
            return _places[key];
        }

        private static RequestFlags FlagsOf(in Request request) =>
            (request.Usage.Fast ? RequestFlags.Fast : RequestFlags.None)
            | (request.Usage.InUs ? RequestFlags.UnitedStates : RequestFlags.None)
            | (request.Usage.Batch ? RequestFlags.Batch : RequestFlags.None)
            | (request.Usage.Priority ? RequestFlags.Priority : RequestFlags.None)
            | (request.Usage.Split ? RequestFlags.Split : RequestFlags.None)
            | (request.Usage.Partial ? RequestFlags.Partial : RequestFlags.None)
            | (request.OwnSession ? RequestFlags.OwnSession : RequestFlags.None)
            | (request.HasApiId ? RequestFlags.ApiId : RequestFlags.None);
    }
}
