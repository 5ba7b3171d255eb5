using Ccflux.Receiver.Usage.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Stores requests and turns: facts at once, their sums at the transaction's end. Used only on the writer's thread.</summary>
/// <param name="grain">Of the sums over time.</param>
internal sealed class LedgerWriter(SlotGrain grain) : ITransactionParticipant
{
    /// <summary>Sessions known to be stored, between transactions.</summary>
    private const int MaxSessions = 50_000;

    private readonly UsageNameCache _names = new();
    private readonly LedgerRollups _rollups = new(grain);
    private readonly HashSet<(long User, long Session, long? Device, string? Entrypoint)> _sessions = [];
    private int _new;
    private int _changed;
    private int _unchanged;

    /// <summary>Merges what is reported with what is stored.</summary>
    public LedgerResult Write(WriteSession writing, IncomingRequests incoming)
    {
        (_new, _changed, _unchanged) = (0, 0, 0);
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
        }

        return new LedgerResult(_new, _changed, _unchanged);
    }

    /// <summary>Removes a request from the facts and from every sum.</summary>
    /// <returns>False if it is not stored.</returns>
    public bool Remove(WriteSession writing, long user, long key)
    {
        if (RequestStore.Find(writing, user, key) is not var (request, model))
        {
            return false;
        }

        RequestStore.Delete(writing, user, key);
        _rollups.Remove(user, request, model);
        return true;
    }

    /// <summary>Removes a turn from the facts and from every sum; its requests stay.</summary>
    /// <returns>False if it is not stored.</returns>
    public bool RemoveTurn(WriteSession writing, long user, long key)
    {
        if (RequestStore.FindTurn(writing, user, key) is not { } turn)
        {
            return false;
        }

        RequestStore.DeleteTurn(writing, user, key);
        _rollups.Remove(user, turn);
        return true;
    }

    public void BeforeCommit(WriteSession session) => _rollups.Flush(session);

    public void Committed()
    {
    }

    public void Forget()
    {
        _names.Forget();
        _rollups.Clear();
        _sessions.Clear();
    }

    private void PutSession(WriteSession writing, IncomingRequests incoming, IncomingSession session)
    {
        if (_sessions.Contains((incoming.UserId, session.Key, incoming.From.Device, session.Entrypoint)))
        {
            return;
        }

        writing.Execute(
            LedgerSql.PutSession,
            ("user", incoming.UserId), ("session", session.Key), ("session_id", session.SessionId), ("device", incoming.From.Device), ("entrypoint", session.Entrypoint));
        if (_sessions.Count >= MaxSessions)
        {
            _sessions.Clear();
        }

        _sessions.Add((incoming.UserId, session.Key, incoming.From.Device, session.Entrypoint));
    }

    private void Put(WriteSession writing, long user, in LedgerTurn turn)
    {
        if (RequestStore.TryInsert(writing, user, turn))
        {
            _rollups.Add(user, turn);
            _new++;
            return;
        }

        var known = RequestStore.FindTurn(writing, user, turn.Key)!.Value;
        var merged = LedgerTurn.Merge(known, turn);
        if (merged == known)
        {
            _unchanged++;
            return;
        }

        RequestStore.Update(writing, user, merged);
        _rollups.Remove(user, known);
        _rollups.Add(user, merged);
        _changed++;
    }

    private void Put(WriteSession writing, long user, in LedgerRequest request, in ReportOrigin from)
    {
        var model = ModelOf(writing, request.Model, from);
        if (RequestStore.TryInsert(writing, user, request, model))
        {
            _rollups.Add(user, request, model, from);
            _new++;
            return;
        }

        var (known, knownModel) = RequestStore.Find(writing, user, request.Key)!.Value;
        var merged = RequestMerge.Merge(known, request);
        if (merged == known)
        {
            _unchanged++;
            return;
        }

        var mergedModel = string.Equals(merged.Model, known.Model, StringComparison.Ordinal) ? knownModel : model;
        RequestStore.Update(writing, user, merged, mergedModel);
        _rollups.Remove(user, known, knownModel);
        _rollups.Add(user, merged, mergedModel, from);
        _changed++;
    }

    private long ModelOf(WriteSession writing, string name, in ReportOrigin from) =>
        _names.FindModel(writing, name) ?? _names.AddModel(writing, name, from.ReceivedAt);
}
