using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>
/// Decides whether that counts of which only telemetry tells. A request does, unless the user had paused reporting when it was made, or the hook may have reported it under a key that
/// telemetry cannot know. One of an installation or a claimed address does while these are known to be a user's, and no other row of the user tells of it. What metrics say does, unless the user had paused, or requests are stored that it may be about: of the same session, or, if the session is not known, of an hour
/// nearby. Depends on stored facts only, not on their order. Used on the writer's thread.
/// </summary>
internal sealed class TelemetryRule
{
    /// <summary>Users and sessions of which the facts are known, between transactions.</summary>
    private const int MaxRemembered = 50_000;

    private readonly Dictionary<long, bool> _hasPauses = [];
    private readonly Dictionary<(long User, long Session), bool> _lacksIds = [];

    public RequestHiding HidingOf(WriteSession session, long user, in LedgerRequest request)
    {
        if (user < 0)
        {
            return RequestHiding.Unattributed;
        }

        if (request.Subject != 0 && session.Any(LedgerSql.HasSame, ("user", user), ("key", request.Key), ("subject", request.Subject)))
        {
            return RequestHiding.Same;
        }

        if (request.Sources != RequestSources.Telemetry)
        {
            return RequestHiding.None;
        }

        var end = request.IsMetric ? request.At + SlotGrain.Quarter - 1 : request.At;
        if (HasPauses(session, user) && session.Any(LedgerSql.IsPaused, ("user", user), ("from", request.At), ("until", end)))
        {
            return RequestHiding.Paused;
        }

        if (request.IsMetric)
        {
            return IsDescribed(session, user, request) ? RequestHiding.Described : RequestHiding.None;
        }

        return LacksIds(session, user, request.Session) ? RequestHiding.Compared : RequestHiding.None;
    }

    /// <summary>The same for a stored request. One that is hidden for another reason stays so.</summary>
    public RequestHiding HidingOf(WriteSession session, long user, in LedgerRequest request, RequestHiding known) =>
        known is RequestHiding.Covered or RequestHiding.Copy ? known : HidingOf(session, user, request);

    /// <summary>A pause of the user was stored.</summary>
    public void Paused(long user) => _hasPauses[user] = true;

    /// <summary>The transcripts of a session turned out to lack ids.</summary>
    public void Lacked(long user, long session) => _lacksIds[(user, session)] = true;

    public void Forget()
    {
        _hasPauses.Clear();
        _lacksIds.Clear();
    }

    private static bool IsDescribed(WriteSession session, long user, in LedgerRequest metric)
    {
        if (metric.Session != 0)
        {
            return session.Any(LedgerSql.HasRequests, ("user", user), ("session", metric.Session));
        }

        var hour = metric.At / UnixTime.Hour;
        return session.Any(LedgerSql.HasRequestsInHours, ("user", user), ("first", hour - 1), ("last", hour + 1));
    }

    private bool HasPauses(WriteSession session, long user)
    {
        if (_hasPauses.TryGetValue(user, out var known))
        {
            return known;
        }

        if (_hasPauses.Count >= MaxRemembered)
        {
            _hasPauses.Clear();
        }

        return _hasPauses[user] = session.Any(LedgerSql.HasPauses, ("user", user));
    }

    private bool LacksIds(WriteSession session, long user, long key)
    {
        if (_lacksIds.TryGetValue((user, key), out var known))
        {
            return known;
        }

        if (_lacksIds.Count >= MaxRemembered)
        {
            _lacksIds.Clear();
        }

        return _lacksIds[(user, key)] = session.Scalar(LedgerSql.LacksIds, ("user", user), ("session", key)) is 1;
    }
}
