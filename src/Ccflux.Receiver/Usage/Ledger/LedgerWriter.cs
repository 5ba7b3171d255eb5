using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Stores requests and turns: facts at once, their sums at the transaction's end. Used only on the writer's thread.</summary>
internal sealed class LedgerWriter : ITransactionParticipant
{
    public const string Topic = "usage";

    /// <summary>Sessions known to be stored, between transactions.</summary>
    private const int MaxSessions = 50_000;

    private readonly IChangeFeed _changes;
    private readonly UserModelCache _models = new();
    private readonly LedgerRollups _rollups;
    private readonly LedgerCaps _caps = new();
    private readonly LastSeenAccumulator _lastSeen = new();
    private readonly LegacyCover _cover = new();
    private readonly TelemetryRule _telemetry = new();
    private readonly RequestHider _hider;
    private readonly DependentRequests _dependents;
    private readonly HashSet<(long User, long Session, long? Device, string? Entrypoint, long? StartedAt, bool LacksIds)> _sessions = [];
    private LedgerCaps.Growth _added;
    private int _changed;
    private int _unchanged;
    private bool _isChanged;

    /// <param name="changes">Notified of commits.</param>
    /// <param name="calendar">The days of the sums.</param>
    public LedgerWriter(IChangeFeed changes, OrganisationCalendar calendar)
    {
        _changes = changes;
        _rollups = new LedgerRollups(calendar);
        _hider = new RequestHider(_rollups, _telemetry);
        _dependents = new DependentRequests(_hider);
    }

    /// <summary>Merges what is reported with what is stored; stores nothing if the user would exceed a cap.</summary>
    /// <param name="writing">The writer's session.</param>
    /// <param name="incoming">What is reported.</param>
    /// <param name="allowances">Null for imports, whose rows a receiver has accepted before.</param>
    public LedgerResult Write(WriteSession writing, IncomingRequests incoming, LedgerAllowances? allowances)
    {
        if (allowances is not null && _caps.Check(writing, _models, incoming, allowances) is { } overCap)
        {
            return new LedgerResult(0, 0, 0, overCap);
        }

        (_added, _changed, _unchanged, _isChanged) = (default, 0, 0, true);
        var limits = 0;
        foreach (var session in incoming.Sessions)
        {
            PutSession(writing, incoming, session);
            foreach (var turn in session.Turns)
            {
                Put(writing, incoming.UserId, turn);
            }

            foreach (var (prompt, turn) in session.Prompts)
            {
                writing.Execute(LedgerSql.PutPrompt, ("user", incoming.UserId), ("prompt", prompt), ("turn", turn));
            }

            foreach (var request in session.Requests)
            {
                Put(writing, incoming.UserId, request, incoming.From);
            }

            foreach (var limit in session.Limits)
            {
                limits += Put(writing, incoming.UserId, session.Key, limit) ? 1 : 0;
            }
        }

        Put(writing, incoming.UserId, incoming.Pauses);

        if (incoming.Client is { } client)
        {
            _lastSeen.Add(new LastSeen(incoming.UserId, incoming.From.Device, incoming.From.ReceivedAt, client, incoming.Claim));
        }

        var added = (int)_added.Facts;
        if (allowances is not null)
        {
            _caps.Add(writing, incoming, _added.Plus(new LedgerCaps.Growth(limits, 0, 0)));
        }

        return new LedgerResult(added, _changed, _unchanged);
    }

    /// <summary>Removes a request from the facts and from every sum.</summary>
    /// <param name="writing">The writer's session.</param>
    /// <param name="user">Whose request.</param>
    /// <param name="id">Of the request.</param>
    /// <param name="keepActiveHour">The hour stays active, so that no 5-hour window moves: for what is merely too old to be kept.</param>
    /// <returns>False if it is not stored.</returns>
    public bool Remove(WriteSession writing, long user, in RequestId id, bool keepActiveHour = false)
    {
        if (RequestStore.Find(writing, user, id) is not var (request, model, hiding))
        {
            return false;
        }

        RequestStore.Delete(writing, user, id);
        _dependents.Touch(writing, user, request);
        _isChanged = true;
        if (hiding == RequestHiding.None)
        {
            _rollups.Remove(user, request, model, keepActiveHour);
        }
        else
        {
            _rollups.Release(user, request.Session);
        }

        return true;
    }

    /// <summary>Takes a request out of every sum, because it is a copy of another user's. The row stays, and further reports of it are merged as ever.</summary>
    /// <param name="writing">The writer's session.</param>
    /// <param name="user">Who has the copy.</param>
    /// <param name="key">Of the request.</param>
    /// <param name="original">Whose request it is.</param>
    /// <returns>False if it is not stored, or counts in no sum already.</returns>
    public bool HideCopy(WriteSession writing, long user, long key, long original)
    {
        var isHidden = _hider.HideCopy(writing, user, key, original);
        _isChanged |= isHidden;
        return isHidden;
    }

    /// <summary>The inverse of <see cref="HideCopy"/>.</summary>
    /// <returns>False if it is not stored, or no copy.</returns>
    public bool CountCopy(WriteSession writing, long user, long key)
    {
        var isShown = _hider.CountCopy(writing, user, key);
        _isChanged |= isShown;
        return isShown;
    }

    /// <summary>Removes a turn from the facts and from every sum; its requests stay.</summary>
    /// <returns>False if it is not stored.</returns>
    public bool RemoveTurn(WriteSession writing, long user, long key)
    {
        if (RequestStore.FindTurn(writing, user, key) is not var (turn, isHidden))
        {
            return false;
        }

        RequestStore.DeleteTurn(writing, user, key);
        _isChanged = true;
        if (!isHidden)
        {
            _rollups.Remove(user, turn);
        }

        return true;
    }

    /// <summary>Makes all sums of a user again from the facts.</summary>
    public void Rebuild(WriteSession writing, long user, long now)
    {
        _rollups.Flush(writing);
        LedgerRebuild.Run(writing, _rollups, user, now);
        _isChanged = true;
    }

    public void BeforeCommit(WriteSession session)
    {
        FlushRollups(session);
        if (_dependents.Settle(session))
        {
            FlushRollups(session);
        }

        _caps.Flush(session);
        _lastSeen.Flush(session);
    }

    public void Committed()
    {
        if (_isChanged)
        {
            _isChanged = false;
            _changes.Publish(Topic);
        }
    }

    public void Forget()
    {
        _models.Forget();
        _rollups.Clear();
        _caps.Forget();
        _lastSeen.Clear();
        _cover.Forget();
        _telemetry.Forget();
        _dependents.Forget();
        _isChanged = false;
        _sessions.Clear();
    }

    /// <summary>Clears what is remembered of sessions, because some were deleted without a request.</summary>
    public void ForgetSessions()
    {
        _sessions.Clear();
        _telemetry.Forget();
    }

    private void FlushRollups(WriteSession session)
    {
        _rollups.Flush(session);
        if (_rollups.SessionsDeleted)
        {
            _sessions.Clear();
        }
    }

    private void PutSession(WriteSession writing, IncomingRequests incoming, IncomingSession session)
    {
        var known = (incoming.UserId, session.Key, incoming.From.Device, session.Entrypoint, session.StartedAt, session.LacksIds);
        if (session.Key == 0 || _sessions.Contains(known))
        {
            return;
        }

        var lackedIds = writing.Scalar(LedgerSql.LacksIds, ("user", incoming.UserId), ("session", session.Key));
        _added = _added.Plus(new LedgerCaps.Growth(0, lackedIds is null ? 1 : 0, 0));
        writing.Execute(
            LedgerSql.PutSession,
            ("user", incoming.UserId), ("session", session.Key), ("session_id", session.SessionId), ("device", incoming.From.Device), ("entrypoint", session.Entrypoint),
            ("started_at", session.StartedAt), ("reported_at", incoming.From.ReceivedAt), ("lacks_ids", session.LacksIds));
        if (session.LacksIds && lackedIds is not 1)
        {
            _telemetry.Lacked(incoming.UserId, session.Key);
            _hider.Apply(
                writing, incoming.UserId, RequestStore.Ids(writing, LedgerSql.SelectTelemetryOfSession, ("user", incoming.UserId), ("session", session.Key)));
        }

        if (_sessions.Count >= MaxSessions)
        {
            _sessions.Clear();
        }

        _sessions.Add(known);
    }

    private void Put(WriteSession writing, long user, in LedgerTurn turn)
    {
        var isHidden = turn.IsLegacy && _cover.IsCovered(writing, user, turn);
        if (RequestStore.TryInsert(writing, user, turn, isHidden))
        {
            if (!isHidden)
            {
                _rollups.Add(user, turn);
            }

            _added = _added.Plus(new LedgerCaps.Growth(1, 0, 0));
            Hide(writing, user, turn);
            return;
        }

        var (known, isKnownHidden) = RequestStore.FindTurn(writing, user, turn.Key)!.Value;
        var merged = LedgerTurn.Merge(known, turn);
        if (merged == known)
        {
            _unchanged++;
            return;
        }

        RequestStore.Update(writing, user, merged);
        if (!isKnownHidden)
        {
            _rollups.Remove(user, known);
            _rollups.Add(user, merged);
        }

        _changed++;
        Hide(writing, user, merged);
    }

    /// <summary>Takes what ccflux 0.1 reported of the same work out of every sum. The rows stay.</summary>
    private void Hide(WriteSession writing, long user, in LedgerTurn turn)
    {
        if (turn.IsLegacy)
        {
            return;
        }

        foreach (var covered in _cover.CoveredBy(writing, user, turn))
        {
            writing.Execute(LedgerSql.HideTurn, ("user", user), ("turn", covered.Key));
            _rollups.Remove(user, covered);
            foreach (var key in writing.List(
                LedgerSql.SelectRequestsOfTurn, static rows => rows.Int64(0), ("user", user), ("hour", covered.Started / UnixTime.Hour), ("turn", covered.Key)))
            {
                var (request, model, _) = RequestStore.Find(writing, user, new RequestId(key))!.Value;
                RequestStore.Hide(writing, user, request.Id, RequestHiding.Covered);
                _rollups.Remove(user, request, model);
                _dependents.Touch(writing, user, request);
            }
        }
    }

    private void Put(WriteSession writing, long user, in LedgerRequest request, in ReportOrigin from)
    {
        var model = _models.IdOf(writing, request.Model, from.ReceivedAt);
        var isNewModel = user > 0 && _models.Use(writing, user, model);
        var hiding = request.Origin == RequestOrigin.Legacy && LegacyCover.IsCovered(writing, user, request.Session, request.At)
            ? RequestHiding.Covered
            : user > 0 && DependentRequests.Includes(request) ? RequestHiding.Same : _telemetry.HidingOf(writing, user, request);
        _dependents.Touch(writing, user, request);
        if (RequestStore.TryInsert(writing, user, request, model, hiding))
        {
            if (hiding == RequestHiding.None)
            {
                _rollups.Add(user, request, model, from);
            }

            _added = _added.Plus(new LedgerCaps.Growth(1, 0, isNewModel ? 1 : 0));
            return;
        }

        var (known, knownModel, knownHiding) = RequestStore.Find(writing, user, request.Id)!.Value;
        var merged = request.IsMetric ? RequestMerge.Sum(known, request) : RequestMerge.Merge(known, request);
        if (merged == known)
        {
            _unchanged++;
            return;
        }

        var mergedModel = string.Equals(merged.Model, known.Model, StringComparison.Ordinal) ? knownModel : model;
        hiding = DependentRequests.Includes(request) ? knownHiding : _telemetry.HidingOf(writing, user, merged, knownHiding);
        _dependents.Touch(writing, user, known);
        _dependents.Touch(writing, user, merged);
        RequestStore.Update(writing, user, merged, mergedModel, hiding);
        if (knownHiding == RequestHiding.None)
        {
            _rollups.Remove(user, known, knownModel);
        }
        else if (merged.Session != known.Session)
        {
            _rollups.Release(user, known.Session);
        }

        if (hiding == RequestHiding.None)
        {
            _rollups.Add(user, merged, mergedModel, from);
        }

        _changed++;
    }

    private void Put(WriteSession writing, long user, IReadOnlyList<IncomingPause> pauses)
    {
        var earliest = long.MaxValue;
        foreach (var pause in pauses)
        {
            if (writing.Execute(LedgerSql.PutPause, ("user", user), ("from", pause.From), ("until", pause.Until)) > 0)
            {
                earliest = Math.Min(earliest, pause.From);
            }
        }

        if (earliest < long.MaxValue)
        {
            _telemetry.Paused(user);
            _hider.Apply(writing, user, RequestStore.Ids(writing, LedgerSql.SelectTelemetrySince, ("user", user), ("from", earliest - SlotGrain.Quarter)));
        }
    }

    private static bool Put(WriteSession writing, long user, long session, in IncomingLimit limit)
    {
        var isNew = !LedgerCaps.HasLimit(writing, user, limit);
        writing.Execute(
            LedgerSql.PutLimit,
            ("user", user), ("session", session), ("turn", limit.Turn), ("at", limit.At), ("window", limit.Window), ("resets_at", limit.ResetsAt), ("final", limit.IsFinal));
        return isNew;
    }
}
