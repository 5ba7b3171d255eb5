using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Collects what a transaction adds to the sums of requests and turns, and writes it once at its end. Bounded by the transaction.</summary>
/// <param name="grain">Slots of an hour or of a quarter.</param>
internal sealed class LedgerRollups(SlotGrain grain)
{
    private readonly Dictionary<(long User, long Slot, long Model, int Class), Cell> _hours = [];
    private readonly Dictionary<(long User, long Turn, long Model), EventCell> _events = [];
    private readonly Dictionary<(long User, long Slot), UserCell> _userHours = [];
    private readonly Dictionary<(long User, long Session, long Slot), long> _sessionHours = [];
    private readonly Dictionary<(long User, long Session), SessionCell> _sessions = [];
    private readonly Dictionary<(long User, long Day), (int Added, int Shrunk)> _activeHours = [];
    private readonly SqlParameter[] _hourValues = new SqlParameter[4 + RequestSums.Parameters];
    private readonly SqlParameter[] _eventValues = new SqlParameter[6 + RequestSums.Parameters];

    [StructLayout(LayoutKind.Auto)]
    private struct Cell
    {
        public RequestSums Sums;
        public bool Shrunk;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct EventCell
    {
        public RequestSums Sums;
        public bool Shrunk;
        public ReportOrigin From;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct UserCell
    {
        public long Requests;
        public long Turns;
        public long Failed;
        public bool Shrunk;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct SessionCell
    {
        public RequestSums Sums;
        public long First;
        public long Last;
        public bool Shrunk;
    }

    public void Add(long user, in LedgerRequest request, long model, in ReportOrigin from) => Count(user, request, model, from, 1);

    public void Remove(long user, in LedgerRequest request, long model) => Count(user, request, model, default, -1);

    public void Add(long user, in LedgerTurn turn) => Count(user, turn, 1);

    public void Remove(long user, in LedgerTurn turn) => Count(user, turn, -1);

    public void Flush(WriteSession session)
    {
        FlushHours(session);
        FlushEvents(session);
        FlushUserHours(session);
        FlushSessions(session);
        Clear();
    }

    public void Clear()
    {
        _hours.Clear();
        _events.Clear();
        _userHours.Clear();
        _sessionHours.Clear();
        _sessions.Clear();
        _activeHours.Clear();
    }

    /// <summary>Where a request stands as an event: under its turn, or its session if the turn is not known.</summary>
    public static long EventOf(in LedgerRequest request) => request.Turn != 0 ? request.Turn : request.Session;

    private void Count(long user, in LedgerRequest request, long model, in ReportOrigin from, int sign)
    {
        var slot = grain.SlotOf(request.At);
        ref var hour = ref CollectionsMarshal.GetValueRefOrAddDefault(_hours, (user, slot, model, request.PriceClass), out _);
        hour.Sums.Add(request, sign);
        hour.Shrunk |= sign < 0;

        ref var usage = ref CollectionsMarshal.GetValueRefOrAddDefault(_events, (user, EventOf(request), model), out var isKnown);
        usage.Sums.Add(request, sign);
        usage.Shrunk |= sign < 0;
        if (!isKnown || usage.From.ReceivedAt == 0)
        {
            usage.From = from;
        }

        ref var userHour = ref CollectionsMarshal.GetValueRefOrAddDefault(_userHours, (user, slot), out _);
        userHour.Requests += sign;
        userHour.Shrunk |= sign < 0;

        ref var active = ref CollectionsMarshal.GetValueRefOrAddDefault(_activeHours, (user, request.At / UnixTime.Day), out _);
        var bit = 1 << (int)(request.At % UnixTime.Day / UnixTime.Hour);
        active = sign > 0 ? (active.Added | bit, active.Shrunk) : (active.Added, active.Shrunk | bit);

        if (request.Session == 0)
        {
            return;
        }

        CollectionsMarshal.GetValueRefOrAddDefault(_sessionHours, (user, request.Session, slot), out _) += sign;

        ref var session = ref CollectionsMarshal.GetValueRefOrAddDefault(_sessions, (user, request.Session), out isKnown);
        if (!isKnown)
        {
            (session.First, session.Last) = (long.MaxValue, long.MinValue);
        }

        session.Sums.Add(request, sign);
        session.Shrunk |= sign < 0;
        if (sign > 0)
        {
            session.First = Math.Min(session.First, request.At);
            session.Last = Math.Max(session.Last, request.At);
        }
    }

    private void Count(long user, in LedgerTurn turn, int sign)
    {
        ref var userHour = ref CollectionsMarshal.GetValueRefOrAddDefault(_userHours, (user, grain.SlotOf(turn.Started)), out _);
        userHour.Turns += sign;
        userHour.Failed += turn.Outcome == TurnOutcome.Failed ? sign : 0;
        userHour.Shrunk |= sign < 0;
    }

    private void FlushHours(WriteSession session)
    {
        foreach (var ((user, slot, model, priceClass), cell) in _hours)
        {
            if (cell.Sums == default)
            {
                continue;
            }

            _hourValues[0] = ("slot", slot);
            _hourValues[1] = ("user", user);
            _hourValues[2] = ("model", model);
            _hourValues[3] = ("price_class", priceClass);
            cell.Sums.CopyTo(_hourValues.AsSpan(4));
            session.Execute(LedgerRollupSql.AddHour, _hourValues);
            if (cell.Shrunk)
            {
                session.Execute(LedgerRollupSql.DeleteEmptyHour, ("user", user), ("slot", slot), ("model", model), ("price_class", priceClass));
            }
        }
    }

    private void FlushEvents(WriteSession session)
    {
        foreach (var ((user, turn, model), cell) in _events)
        {
            if (cell.Sums == default)
            {
                continue;
            }

            _eventValues[0] = ("user", user);
            _eventValues[1] = ("turn", turn);
            _eventValues[2] = ("model", model);
            _eventValues[3] = ("received_at", cell.From.ReceivedAt);
            _eventValues[4] = ("device", cell.From.Device);
            _eventValues[5] = ("plugin_version", cell.From.PluginVersion);
            cell.Sums.CopyTo(_eventValues.AsSpan(6));
            session.Execute(LedgerRollupSql.AddEvent, _eventValues);
            if (cell.Shrunk)
            {
                session.Execute(LedgerRollupSql.DeleteEmptyEvent, ("user", user), ("turn", turn), ("model", model));
            }
        }
    }

    private void FlushUserHours(WriteSession session)
    {
        foreach (var ((user, slot), cell) in _userHours)
        {
            session.Execute(LedgerRollupSql.AddUserHour, ("slot", slot), ("user", user), ("requests", cell.Requests), ("turns", cell.Turns), ("failed", cell.Failed));
            if (cell.Shrunk)
            {
                session.Execute(LedgerRollupSql.DeleteEmptyUserHour, ("user", user), ("slot", slot));
            }
        }

        // The hours of the transaction's requests are in user_hours by now.
        foreach (var ((user, day), (added, shrunk)) in _activeHours)
        {
            if (added != 0)
            {
                session.Execute(LedgerRollupSql.AddActiveHours, ("user", user), ("day", day), ("hours", added));
            }

            if (shrunk != 0)
            {
                ClearInactive(session, user, day, shrunk);
            }
        }
    }

    private static void ClearInactive(WriteSession session, long user, long day, int hours)
    {
        var inactive = 0;
        for (var hour = 0; hour < 24; hour++)
        {
            if ((hours & (1 << hour)) != 0
                && !session.Any(LedgerRollupSql.IsHourActive, ("user", user), ("slot", ((day * 24) + hour) * SlotGrain.SlotsPerHour)))
            {
                inactive |= 1 << hour;
            }
        }

        if (inactive != 0)
        {
            session.Execute(LedgerRollupSql.ClearActiveHours, ("user", user), ("day", day), ("hours", inactive));
            session.Execute(LedgerRollupSql.DeleteInactiveDay, ("user", user), ("day", day));
        }
    }

    private void FlushSessions(WriteSession writing)
    {
        foreach (var ((user, session, slot), requests) in _sessionHours)
        {
            if (requests == 0)
            {
                continue;
            }

            writing.Execute(LedgerRollupSql.AddSessionHour, ("slot", slot), ("user", user), ("session", session), ("requests", requests));
            if (requests < 0)
            {
                writing.Execute(LedgerRollupSql.DeleteEmptySessionHour, ("user", user), ("session", session), ("slot", slot));
            }
        }

        foreach (var ((user, session), cell) in _sessions)
        {
            writing.Execute(
                LedgerRollupSql.AddSession,
                ("user", user), ("session", session),
                ("first_at", cell.First == long.MaxValue ? SqlValue.Null : cell.First), ("last_at", cell.Last == long.MinValue ? SqlValue.Null : cell.Last),
                ("requests", cell.Sums.Requests), ("input", cell.Sums.Input), ("output", cell.Sums.Output), ("cache_read", cell.Sums.CacheRead),
                ("cache_write", cell.Sums.CacheWrite));
            if (cell.Shrunk)
            {
                writing.Execute(LedgerRollupSql.RecountSession, ("user", user), ("session", session));
            }
        }
    }
}
