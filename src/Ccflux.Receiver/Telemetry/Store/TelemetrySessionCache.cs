using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Caches sessions across transactions. Records without a session belong to their installation's hour. A point that was counted
/// over two hours belongs to both as one session, so that events of either hour show that it is already counted. A subject may add a limited number of
/// new sessions and of installations' hours a day; records of further ones belong to the subject's hour.</summary>
internal sealed class TelemetrySessionCache(Action capped)
{
    /// <summary>The most new session ids of a subject within one UTC day of their records; the same number applies to installations' hours.</summary>
    public const int MaxNewPerDay = 2000;

    private const int MaxRemembered = 20_000;

    private readonly Dictionary<(long Subject, string Id), TelemetrySession> _sessions = [];
    private readonly Dictionary<(long Subject, long Day, bool IsAnonymous), int> _new = [];
    private readonly HashSet<TelemetrySession> _touched = [];
    private readonly HashSet<(long Subject, string? Install, long Hour)> _described = [];

    /// <param name="writing">The transaction's session.</param>
    /// <param name="subject">Whose it is.</param>
    /// <param name="origin">What the record states about its origin.</param>
    /// <param name="since">When the period that the record reports began; an event's own instant.</param>
    /// <param name="at">The record's instant.</param>
    /// <param name="terminal">Of a new session.</param>
    /// <param name="isNew">Whether the session had never been seen before.</param>
    public TelemetrySession Find(WriteSession writing, long subject, in Origin origin, long since, long at, long terminal, out bool isNew)
    {
        isNew = false;
        if (origin.Session is { } id)
        {
            if (Known(writing, subject, id, isAnonymous: false) is { } session)
            {
                return Touch(session, at);
            }

            if (MayAdd(writing, subject, isAnonymous: false, at))
            {
                isNew = true;
                return Touch(Add(writing, subject, id, isAnonymous: false, at, terminal), at);
            }

            capped();
            return Touch(Hours(writing, subject, install: null, since, at, terminal), at);
        }

        return Touch(Hours(writing, subject, origin.Install, since, at, terminal), at);
    }

    /// <summary>An api_request event of the session arrived. Returns what it describes for the first time: the session, and the installation's hour,
    /// whose metrics may come without session ids. What they added so far no longer counts.</summary>
    public IEnumerable<TelemetrySession> Describe(WriteSession writing, TelemetrySession session, Origin origin, long at, long terminal)
    {
        if (!session.HasEvents)
        {
            session.HasEvents = true;
            yield return session;
        }

        var hour = Clock.Hour(at);
        if (!_described.Add((session.Subject, origin.Install, hour)))
        {
            yield break;
        }

        TelemetrySession?[] hours =
        [
            Hours(writing, session.Subject, origin.Install, at, at, terminal),
            Known(writing, session.Subject, HoursId(origin.Install, hour - 1, hour), isAnonymous: true),
            Known(writing, session.Subject, HoursId(origin.Install, hour, hour + 1), isAnonymous: true),
        ];
        foreach (var each in hours)
        {
            if (each is { HasEvents: false })
            {
                each.HasEvents = true;
                yield return Touch(each, at);
            }
        }
    }

    public void Flush(WriteSession writing)
    {
        foreach (var session in _touched)
        {
            writing.Execute(
                StoreSql.UpdateSession, ("first_at", session.FirstAt), ("last_at", session.LastAt), ("has_events", session.HasEvents), ("session", session.Ref));
        }

        _touched.Clear();
        if (_sessions.Count > MaxRemembered || _described.Count > MaxRemembered)
        {
            _sessions.Clear();
            _described.Clear();
        }
    }

    /// <summary>Clears the cache when it may be wrong: after a rollback, or when sessions were deleted.</summary>
    public void Forget()
    {
        _sessions.Clear();
        _touched.Clear();
        _described.Clear();
        _new.Clear();
    }

    /// <summary>The id of an installation's hour, or of two as one. No session id begins with a tilde: SafeText does not accept one in an id.</summary>
    private static string HoursId(string? install, long first, long last) => first == last
        ? string.Create(CultureInfo.InvariantCulture, $"~{install}@{last}")
        : string.Create(CultureInfo.InvariantCulture, $"~{install}@{first}-{last}");

    private TelemetrySession Hours(WriteSession writing, long subject, string? install, long since, long at, long terminal)
    {
        var last = Clock.Hour(at);
        var first = Math.Max(Clock.Hour(since), last - 1);
        var id = HoursId(install, first, last);
        if (Known(writing, subject, id, isAnonymous: true) is { } known)
        {
            return known;
        }

        if (install is not null && !MayAdd(writing, subject, isAnonymous: true, at))
        {
            capped();
            return Hours(writing, subject, install: null, since, at, terminal);
        }

        var added = Add(writing, subject, id, isAnonymous: true, at, terminal);
        added.HasEvents = first != last
            && (HasEvents(writing, subject, HoursId(install, first, first)) || HasEvents(writing, subject, HoursId(install, last, last)));
        return added;
    }

    private bool HasEvents(WriteSession writing, long subject, string id) => Known(writing, subject, id, isAnonymous: true) is { HasEvents: true };

    private TelemetrySession? Known(WriteSession writing, long subject, string id, bool isAnonymous)
    {
        if (_sessions.TryGetValue((subject, id), out var known))
        {
            return known;
        }

        using var rows = writing.Query(StoreSql.SelectSession, ("subject", subject), ("session_id", id));
        return rows.Read()
            ? _sessions[(subject, id)] = new TelemetrySession(rows.Int64(0), subject, isAnonymous) { HasEvents = rows.Bool(1) }
            : null;
    }

    private TelemetrySession Add(WriteSession writing, long subject, string id, bool isAnonymous, long at, long terminal)
    {
        var session = writing.Insert(
            StoreSql.InsertSession, ("subject", subject), ("session_id", id), ("anonymous", isAnonymous), ("at", at), ("terminal", terminal));
        return _sessions[(subject, id)] = new TelemetrySession(session, subject, isAnonymous);
    }

    private bool MayAdd(WriteSession writing, long subject, bool isAnonymous, long at)
    {
        var day = Clock.Day(at);
        if (!_new.TryGetValue((subject, day, isAnonymous), out var count))
        {
            if (_new.Count >= MaxRemembered)
            {
                _new.Clear();
            }

            var stored = writing.Scalar(
                StoreSql.CountSessions, ("subject", subject), ("anonymous", isAnonymous), ("from", day * UnixTime.Day), ("until", (day + 1) * UnixTime.Day));
            count = (int)(stored ?? 0);
        }

        _new[(subject, day, isAnonymous)] = count + 1;
        return count < MaxNewPerDay;
    }

    private TelemetrySession Touch(TelemetrySession session, long at)
    {
        session.Reach(at);
        _touched.Add(session);
        return session;
    }
}
