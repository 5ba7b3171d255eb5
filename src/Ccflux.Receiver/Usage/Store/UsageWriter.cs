using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Stores turns: facts at once, rollups and windows at the transaction's end. Used only on the writer's thread.</summary>
/// <param name="changes">Notified of commits.</param>
/// <param name="windows">Null: the receiver's default.</param>
internal sealed class UsageWriter(IChangeFeed changes, WindowAssigner? windows = null) : ITransactionParticipant
{
    public const string Topic = "usage";

    private readonly UsageNameCache _names = new();
    private readonly UsageRollupAccumulator _rollups = new();
    private readonly WindowAssigner _windows = windows ?? new WindowAssigner();
    private readonly DailyRowCap _growth = new();
    private readonly LastSeenAccumulator _stamps = new();
    private readonly HashSet<(long User, long Session)> _toSupersede = [];
    private readonly List<StoredEvent> _events = [];
    private DailyRowCap.Rows _added;
    private bool _changed;
    private bool _windowsBehind;

    /// <summary>Given when a commit left a user's windows behind their turns.</summary>
    public WakeSignal WindowsFellBehind { get; } = new();

    /// <summary>True while any user's windows lag behind their turns, as of the last commit.</summary>
    public bool AreWindowsBehind => Volatile.Read(ref _windowsBehind);

    /// <summary>Stores the turns, or none of them if the user would exceed a cap.</summary>
    public StoreResult Write(WriteSession session, IncomingTurns incoming, DailyCaps caps)
    {
        if ((_growth.Check(session, _names, incoming, caps) ?? DailyCapCheck.Run(session, _names, incoming, caps)) is { } overCap)
        {
            return new StoreResult(0, 0, overCap);
        }

        var accepted = 0;
        _added = default;
        foreach (var turn in incoming.Turns)
        {
            accepted += Write(session, incoming, turn) ? 1 : 0;
        }

        if (caps != DailyCaps.None)
        {
            _growth.Add(session, incoming, _added);
        }

        if (incoming.Client is { } client)
        {
            _stamps.Add(new LastSeen(
                incoming.UserId, incoming.DeviceRef, incoming.ReceivedAt, client, incoming.SchemaVersion == LegacyReport.Version, incoming.ClaimedEmail));
        }

        _changed = true;
        return new StoreResult(accepted, incoming.Turns.Count - accepted, null);
    }

    /// <summary>Removes a turn from the facts and from every rollup.</summary>
    public void Remove(WriteSession session, long turnId, in StoredTurn turn)
    {
        var events = FactsWriter.ReadEvents(session, turn.UserId, turnId);
        FactsWriter.Delete(session, turn.UserId, turnId);
        _rollups.Remove(turn, events.ToArray());
        _windows.Remove(turn);
        _changed = true;
    }

    /// <summary>Makes the transaction continue counting for a user whose windows lag behind.</summary>
    public void GoOnWithWindows() => _windows.GoOn();

    public void BeforeCommit(WriteSession session)
    {
        foreach (var (user, sessionRef) in _toSupersede)
        {
            Supersede(session, user, sessionRef);
        }

        _rollups.Flush(session);
        if (_rollups.SessionsDeleted)
        {
            _names.Forget();
        }

        _windows.Flush(session);
        _growth.Flush(session);
        _stamps.Flush(session);
        _toSupersede.Clear();
    }

    public void Committed()
    {
        Volatile.Write(ref _windowsBehind, _windows.IsBehind);
        if (_windows.IsBehind)
        {
            WindowsFellBehind.Give();
        }

        if (_changed)
        {
            _changed = false;
            changes.Publish(Topic);
        }
    }

    public void Forget()
    {
        _names.Forget();
        _rollups.Clear();
        _windows.Forget();
        _growth.Forget();
        _stamps.Clear();
        _toSupersede.Clear();
        _changed = false;
    }

    private bool Write(WriteSession writing, IncomingTurns incoming, TurnReport report)
    {
        var started = report.StartedUtc.ToUnixTimeMilliseconds();
        var ended = report.EndedUtc.ToUnixTimeMilliseconds();
        var sessionStart = report.SessionStartUtc?.ToUnixTimeMilliseconds();
        var isLegacy = incoming.SchemaVersion == LegacyReport.Version;
        var session = _names.FindSession(writing, incoming.UserId, report.SessionId);
        if (isLegacy && session is { HasTurns: true } && IsCovered(writing, incoming.UserId, session.Ref, ended))
        {
            return false;
        }

        if (session is null)
        {
            session = _names.AddSession(writing, incoming.UserId, report.SessionId, sessionStart, started, ended);
            _rollups.SessionCreated(incoming.UserId);
        }

        session.HasLegacy |= isLegacy;
        session.HasTurns |= !isLegacy;
        if (session is { HasLegacy: true, HasTurns: true })
        {
            _toSupersede.Add((incoming.UserId, session.Ref));
        }

        var turn = new StoredTurn(
            incoming.UserId, session.Ref, incoming.SchemaVersion, report.TurnIndex, started, ended,
            report.Outcome, report.Entrypoint, incoming.DeviceRef, incoming.PluginVersion, report.ClockAdjusted);
        ReadEvents(writing, incoming, report);
        _added = _added.Plus(new DailyRowCap.Rows(0, 0, FactsWriter.PutLimitEvents(writing, turn, report.LimitEvents)));
        if (FactsWriter.Insert(writing, turn, incoming.ReceivedAt) is not { } turnId)
        {
            return WriteAgain(writing, turn, sessionStart);
        }

        var events = CollectionsMarshal.AsSpan(_events);
        foreach (ref readonly var each in events)
        {
            FactsWriter.PutEvent(writing, turn.UserId, turnId, each, replace: false);
        }

        _added = _added.Plus(new DailyRowCap.Rows(1, events.Length, 0));
        _rollups.Add(turn, sessionStart, events);
        _windows.Add(writing, turn, StoredEvent.TokensOf(events));
        return true;
    }

    /// <summary>Merges a turn that is already stored with what was reported again.</summary>
    private bool WriteAgain(WriteSession session, in StoredTurn again, long? sessionStart)
    {
        var (turnId, known) = FactsWriter.Read(session, again.UserId, again.SessionRef, again.SchemaVersion, again.TurnIndex)!.Value;
        var merged = TurnMerge.Merge(known, again);
        var knownEvents = FactsWriter.ReadEvents(session, again.UserId, turnId);
        var events = new List<StoredEvent>(knownEvents);
        var changed = merged != known;
        foreach (var each in _events)
        {
            var at = events.FindIndex(candidate => candidate.ModelId == each.ModelId);
            if (at >= 0 && !TurnMerge.Replaces(events[at].Sums, each.Sums))
            {
                continue;
            }

            FactsWriter.PutEvent(session, again.UserId, turnId, each, replace: true);
            _added = _added.Plus(new DailyRowCap.Rows(0, at < 0 ? 1 : 0, 0));
            events = [.. events.Where(candidate => candidate.ModelId != each.ModelId), each];
            changed = true;
        }

        if (!changed)
        {
            return false;
        }

        FactsWriter.Update(session, turnId, merged);
        var before = knownEvents.ToArray();
        var after = events.ToArray();
        _rollups.Replace(known, before, merged, sessionStart, after);
        if (known.EndedAt == merged.EndedAt)
        {
            _windows.Adjust(session, merged, StoredEvent.TokensOf(after).Plus(StoredEvent.TokensOf(before), -1));
        }
        else
        {
            _windows.Remove(known);
            _windows.Add(session, merged, StoredEvent.TokensOf(after));
        }

        return true;
    }

    /// <summary>Reads the report's models as events into the buffer that every turn reuses.</summary>
    private void ReadEvents(WriteSession session, IncomingTurns incoming, TurnReport report)
    {
        _events.Clear();
        foreach (var (name, usage) in report.Models)
        {
            var model = _names.FindModel(session, name) ?? _names.AddModel(session, name, incoming.ReceivedAt);
            _names.AddUserModel(incoming.UserId, model);
            _events.Add(new StoredEvent(model, UsageSums.Of(usage), usage.SubagentTokens, usage.Partial));
        }
    }

    private void Supersede(WriteSession writing, long user, long session)
    {
        var covered = new List<int>();
        using (var rows = writing.Query(SupersedeSql.SelectLegacy, ("user", user), ("session", session)))
        {
            while (rows.Read())
            {
                if (IsCovered(writing, user, session, rows.Int64(1)))
                {
                    covered.Add(rows.Int32(0));
                }
            }
        }

        foreach (var index in covered)
        {
            var (turnId, turn) = FactsWriter.Read(writing, user, session, LegacyReport.Version, index)!.Value;
            Remove(writing, turnId, turn);
        }
    }

    private static bool IsCovered(WriteSession writing, long user, long session, long reportedAt)
    {
        using var rows = writing.Query(
            SupersedeSql.SelectOwner, ("user", user), ("session", session), ("until", reportedAt + SupersedeRule.BeforeStart));
        return rows.Read() && SupersedeRule.Covers(reportedAt, rows.Int64(0), rows.Bool(1));
    }
}
