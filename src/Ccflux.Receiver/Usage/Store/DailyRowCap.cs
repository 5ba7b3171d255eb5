using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Limits how many rows a user may add per day. A row that is already stored does not count, however often it is resent. The counts
/// are kept in the database and, for the day's users, in memory.</summary>
internal sealed class DailyRowCap
{
    private const int MaxRemembered = 20_000;

    private readonly Dictionary<(long User, int Day), Rows> _today = [];
    private readonly HashSet<(long User, int Day)> _changed = [];

    /// <returns>Null, or the cap that would be exceeded.</returns>
    public string? Check(WriteSession session, UsageNameCache names, IncomingTurns incoming, DailyCaps caps)
    {
        if (caps == DailyCaps.None)
        {
            return null;
        }

        var today = Of(session, incoming);
        if (Excess(today.Plus(Most(incoming)), caps) is null)
        {
            return null;
        }

        // Near the cap, only the new rows count.
        return Excess(today.Plus(New(session, names, incoming)), caps);
    }

    /// <summary>Counts what a write added.</summary>
    public void Add(WriteSession session, IncomingTurns incoming, in Rows rows)
    {
        if (rows == default)
        {
            return;
        }

        var key = Key(incoming);
        _today[key] = Of(session, incoming).Plus(rows);
        _changed.Add(key);
    }

    public void Flush(WriteSession session)
    {
        foreach (var (user, day) in _changed)
        {
            var rows = _today[(user, day)];
            session.Execute(
                FactsSql.PutGrowth,
                ("user", user), ("day", day), ("turns", rows.Turns), ("events", rows.Events), ("limit_events", rows.LimitEvents));
        }

        _changed.Clear();
        if (_today.Count > MaxRemembered)
        {
            _today.Clear();
        }
    }

    public void Forget()
    {
        _today.Clear();
        _changed.Clear();
    }

    private static (long User, int Day) Key(IncomingTurns incoming) => (incoming.UserId, StoredTurn.DayOf(incoming.ReceivedAt));

    private static string? Excess(in Rows rows, DailyCaps caps) =>
        rows.Turns > caps.Turns ? $"turns (at most {caps.Turns})"
        : rows.Events > caps.Events ? $"events, one for each model of a turn (at most {caps.Events})"
        : rows.LimitEvents > caps.LimitEvents ? $"limit events (at most {caps.LimitEvents})"
        : null;

    private static Rows Most(IncomingTurns incoming)
    {
        var rows = default(Rows);
        foreach (var turn in incoming.Turns)
        {
            rows = rows.Plus(new Rows(1, turn.Models.Count, turn.LimitEvents?.Count ?? 0));
        }

        return rows;
    }

    private static Rows New(WriteSession session, UsageNameCache names, IncomingTurns incoming)
    {
        var rows = default(Rows);
        foreach (var turn in incoming.Turns)
        {
            rows = rows.Plus(New(session, names, incoming, turn));
        }

        return rows;
    }

    private static Rows New(WriteSession writing, UsageNameCache names, IncomingTurns incoming, TurnReport turn)
    {
        var limits = turn.LimitEvents ?? [];
        if (names.FindSession(writing, incoming.UserId, turn.SessionId) is not { } session)
        {
            return new Rows(1, turn.Models.Count, limits.Count);
        }

        var newLimits = limits.Count(limit => !FactsWriter.HasLimitEvent(writing, incoming.UserId, session.Ref, turn.TurnIndex, limit));
        if (FactsWriter.Read(writing, incoming.UserId, session.Ref, incoming.SchemaVersion, turn.TurnIndex) is not { } known)
        {
            return new Rows(1, turn.Models.Count, newLimits);
        }

        var models = FactsWriter.ReadEvents(writing, incoming.UserId, known.Id).ConvertAll(each => each.ModelId);
        return new Rows(0, turn.Models.Keys.Count(name => names.FindModel(writing, name) is not { } model || !models.Contains(model)), newLimits);
    }

    private Rows Of(WriteSession session, IncomingTurns incoming)
    {
        var key = Key(incoming);
        if (!_today.TryGetValue(key, out var rows))
        {
            using var stored = session.Query(FactsSql.SelectGrowth, ("user", key.User), ("day", key.Day));
            rows = stored.Read() ? new Rows(stored.Int64(0), stored.Int64(1), stored.Int64(2)) : default;
            _today[key] = rows;
        }

        return rows;
    }

    /// <summary>Rows of facts.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Rows(long Turns, long Events, long LimitEvents)
    {
        public Rows Plus(in Rows other) => new(Turns + other.Turns, Events + other.Events, LimitEvents + other.LimitEvents);
    }
}
