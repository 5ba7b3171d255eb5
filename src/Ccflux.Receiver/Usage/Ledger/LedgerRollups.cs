using System.Numerics;
using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Collects what a transaction adds to the sums of requests and turns, and writes it once at its end. Bounded by the transaction.</summary>
internal sealed class LedgerRollups
{
    /// <summary>The number of this process among those that write: there is one.</summary>
    private const int Writer = 0;

    private readonly RollupLevel _hours;
    private readonly RollupLevel _days;
    private readonly RollupLevel _allTime = new(RollupStatements.AllTime, _ => 0);
    private readonly OrganisationCalendar _calendar;
    private readonly Func<long, long> _slotOf;
    private readonly Dictionary<(long User, long Turn, long Model, int Day), EventCell> _events = [];
    private readonly Dictionary<(long Day, long User, long Model), long> _eventDays = [];
    private readonly Dictionary<(long User, long Session), SessionCell> _sessions = [];
    private readonly Dictionary<(long User, long Day), (int Added, int Shrunk)> _activeHours = [];
    private readonly HashSet<int> _changedDays = [];
    private readonly SqlParameter[] _eventValues = new SqlParameter[9 + RequestSums.Parameters];

    /// <param name="calendar">Decides the grain of the sums by hour, and the days.</param>
    public LedgerRollups(OrganisationCalendar calendar)
    {
        _calendar = calendar;
        var grain = SlotGrain.Of(calendar);
        _slotOf = grain.SlotOf;
        _hours = new RollupLevel(RollupStatements.Hours, _slotOf);
        _days = new RollupLevel(RollupStatements.Days, at => calendar.DayOf(at));
    }

    [StructLayout(LayoutKind.Auto)]
    private struct EventCell
    {
        public RequestSums Sums;
        public bool Shrunk;
        public bool IsLegacy;
        public long Last;
        public ReportOrigin From;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct SessionCell
    {
        public RequestSums Sums;
        public long Facts;
        public long First;
        public long Last;
        public bool Shrunk;
    }

    /// <summary>True if the last <see cref="Flush"/> deleted sessions together with their last fact: caches of sessions must be cleared.</summary>
    public bool SessionsDeleted { get; private set; }

    public void Add(long user, in LedgerRequest request, long model, in ReportOrigin from) => Count(user, request, model, from, 1);

    public void Remove(long user, in LedgerRequest request, long model, bool keepActiveHour = false) =>
        Count(user, request, model, default, -1, keepActiveHour);

    public void Add(long user, in LedgerTurn turn) => Count(user, turn, 1);

    public void Remove(long user, in LedgerTurn turn) => Count(user, turn, -1);

    /// <summary>A request that counted in no sum has left a session, which goes with its last one.</summary>
    public void Release(long user, long session)
    {
        if (session != 0)
        {
            CountSession(user, session, first: 0, last: 0, sign: 0);
        }
    }

    public void Flush(WriteSession session)
    {
        SessionsDeleted = false;
        _hours.Flush(session);
        _days.Flush(session);
        _allTime.Flush(session);
        FlushEvents(session);
        FlushSessions(session);
        FlushActiveHours(session);
        FlushVersions(session);
        Clear();
    }

    public void Clear()
    {
        _hours.Clear();
        _days.Clear();
        _allTime.Clear();
        _events.Clear();
        _eventDays.Clear();
        _sessions.Clear();
        _activeHours.Clear();
        _changedDays.Clear();
    }

    private void Count(long user, in LedgerTurn turn, int sign)
    {
        _hours.Count(user, turn, sign);
        _days.Count(user, turn, sign);
        _allTime.Count(user, turn, sign);
        CountSession(user, turn.Session, turn.Started, turn.Ended, sign);
    }

    private void Count(long user, in LedgerRequest request, long model, in ReportOrigin from, int sign, bool keepActiveHour = false)
    {
        _hours.Count(user, request, model, sign);
        _days.Count(user, request, model, sign);
        _allTime.Count(user, request, model, sign);

        // Where the turn is not known, the requests of a session stand together.
        var turn = request.Turn != 0 ? request.Turn : request.Session;
        ref var usage = ref CollectionsMarshal.GetValueRefOrAddDefault(_events, (user, turn, model, _calendar.DayOf(request.At)), out _);
        usage.Sums.Add(request, sign);
        usage.Shrunk |= sign < 0;
        usage.IsLegacy |= request.Origin == RequestOrigin.Legacy;
        usage.Last = Math.Max(usage.Last, request.At);
        if (usage.From.ReceivedAt == 0)
        {
            usage.From = from;
        }

        if (!keepActiveHour)
        {
            ref var active = ref CollectionsMarshal.GetValueRefOrAddDefault(_activeHours, (user, request.At / UnixTime.Day), out _);
            var bit = 1 << (int)(request.At % UnixTime.Day / UnixTime.Hour);
            active = sign > 0 ? (active.Added | bit, active.Shrunk) : (active.Added, active.Shrunk | bit);
        }

        if (request.Session != 0)
        {
            CountSession(user, request.Session, request.At, request.At, sign).Sums.Add(request, sign);
        }
    }

    private ref SessionCell CountSession(long user, long key, long first, long last, int sign)
    {
        ref var session = ref CollectionsMarshal.GetValueRefOrAddDefault(_sessions, (user, key), out var isKnown);
        if (!isKnown)
        {
            (session.First, session.Last) = (long.MaxValue, long.MinValue);
        }

        session.Facts += sign;
        session.Shrunk |= sign < 0;
        if (sign > 0)
        {
            session.First = Math.Min(session.First, first);
            session.Last = Math.Max(session.Last, last);
        }

        return ref session;
    }

    private void FlushEvents(WriteSession session)
    {
        foreach (var ((user, turn, model, day), cell) in _events)
        {
            if (cell.Sums != default)
            {
                _eventValues[0] = ("user", user);
                _eventValues[1] = ("turn", turn);
                _eventValues[2] = ("model", model);
                _eventValues[3] = ("day", day);
                _eventValues[4] = ("at", cell.Last);
                cell.Sums.CopyTo(_eventValues.AsSpan(5));
                if (session.Execute(LedgerRollupSql.AddToEvent, _eventValues.AsSpan(0, 5 + RequestSums.Parameters)) == 0)
                {
                    _eventValues[^4] = ("received_at", cell.From.ReceivedAt);
                    _eventValues[^3] = ("device", cell.From.Device);
                    _eventValues[^2] = ("plugin_version", cell.From.PluginVersion);
                    _eventValues[^1] = ("schema", cell.IsLegacy ? LegacyReport.Version : RequestBatch.Version);
                    session.Execute(LedgerRollupSql.InsertEvent, _eventValues);
                    CountEvents(user, model, day, 1);
                }
            }

            if (cell.Shrunk && session.Execute(LedgerRollupSql.DeleteEmptyEvent, ("user", user), ("turn", turn), ("model", model), ("day", day)) > 0)
            {
                CountEvents(user, model, day, -1);
            }
        }

        foreach (var ((day, user, model), events) in _eventDays)
        {
            if (events == 0)
            {
                continue;
            }

            session.Execute(LedgerRollupSql.AddEventDay, ("day", day), ("user", user), ("model", model), ("events", events));
            session.Execute(LedgerRollupSql.AddEventTotal, ("user", user), ("model", model), ("events", events));
            if (events < 0)
            {
                session.Execute(LedgerRollupSql.DeleteEmptyEventDay, ("day", day), ("user", user), ("model", model));
                session.Execute(LedgerRollupSql.DeleteEmptyEventTotal, ("user", user), ("model", model));
            }
        }
    }

    private void CountEvents(long user, long model, long day, int events) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_eventDays, (day, user, model), out _) += events;

    private void FlushSessions(WriteSession writing)
    {
        foreach (var ((user, session), cell) in _sessions)
        {
            var facts = writing.Scalar(
                LedgerRollupSql.AddSession,
                ("user", user), ("session", session),
                ("first_at", cell.First == long.MaxValue ? SqlValue.Null : cell.First), ("last_at", cell.Last == long.MinValue ? SqlValue.Null : cell.Last),
                ("facts", cell.Facts), ("requests", cell.Sums.Requests), ("input", cell.Sums.Input), ("output", cell.Sums.Output), ("cache_read", cell.Sums.CacheRead),
                ("cache_write", cell.Sums.CacheWrite)) ?? 0;
            CountSessions(writing, user, facts - cell.Facts, facts);
            if (facts == 0)
            {
                if (writing.Execute(LedgerRollupSql.DeleteEmptySession, ("user", user), ("session", session)) == 0)
                {
                    writing.Execute(LedgerRollupSql.EmptySession, ("user", user), ("session", session));
                }

                SessionsDeleted = true;
            }
            else if (cell.Shrunk)
            {
                RecountSession(writing, user, session);
            }
        }
    }

    /// <summary>A session counts while it has requests or turns.</summary>
    private static void CountSessions(WriteSession writing, long user, long before, long after)
    {
        if ((before > 0) != (after > 0))
        {
            writing.Execute(LedgerRollupSql.AddSessions, ("user", user), ("sessions", after > 0 ? 1 : -1));
        }
    }

    /// <summary>After the sums by day. Requests are searched in two days: a session may last for months.</summary>
    private void RecountSession(WriteSession writing, long user, long session)
    {
        var (first, last) = writing.First(LedgerRollupSql.SessionDays, static rows => (rows.Int32(0), rows.Int32(1)), ("user", user), ("session", session));
        writing.Execute(
            LedgerRollupSql.RecountSession,
            ("user", user), ("session", session),
            ("from", SlotOf(first)), ("from_end", SlotOf(first + 1) + SlotGrain.SlotsPerHour), ("until", SlotOf(last)), ("until_end", SlotOf(last + 1) + SlotGrain.SlotsPerHour));
    }

    private long SlotOf(int day) => _slotOf(_calendar.StartOf(day));

    /// <summary>After the sums by hour, which tell whether an hour still has requests.</summary>
    private void FlushActiveHours(WriteSession session)
    {
        foreach (var ((user, day), (added, shrunk)) in _activeHours)
        {
            var before = session.Scalar(LedgerRollupSql.ActiveHoursOf, ("user", user), ("day", day)) ?? 0;
            var after = (before | (long)added) & ~(long)Inactive(session, user, day, shrunk);
            if (before == after)
            {
                continue;
            }

            session.Execute(after == 0 ? LedgerRollupSql.DeleteActiveHours : LedgerRollupSql.PutActiveHours, ("user", user), ("day", day), ("hours", after));
            var first = (day * 24) + BitOperations.TrailingZeroCount(before ^ after);
            MoveWindows(session, user, first);
        }
    }

    private static int Inactive(WriteSession session, long user, long day, int hours)
    {
        var inactive = 0;
        for (var rest = (uint)hours; rest != 0; rest &= rest - 1)
        {
            var hour = BitOperations.TrailingZeroCount(rest);
            if (!session.Any(LedgerRollupSql.IsHourActive, ("user", user), ("slot", ((day * 24) + hour) * SlotGrain.SlotsPerHour)))
            {
                inactive |= 1 << hour;
            }
        }

        return inactive;
    }

    /// <summary>An hour that became active, or is no longer, moves the user's windows up to the next four empty hours: the days in which they start change.</summary>
    private void MoveWindows(WriteSession session, long user, long hour)
    {
        var last = hour;
        foreach (var (day, hours) in session.List(
            LedgerRollupSql.ActiveHoursFrom, static rows => (Day: rows.Int64(0), Hours: (uint)rows.Int64(1)), ("user", user), ("day", hour / 24)))
        {
            for (var rest = hours; rest != 0; rest &= rest - 1)
            {
                var active = (day * 24) + BitOperations.TrailingZeroCount(rest);
                if (active < hour)
                {
                    continue;
                }

                if (active - last >= FiveHourWindows.Hours)
                {
                    AddDays(hour, last);
                    return;
                }

                last = active;
            }
        }

        AddDays(hour, last);
    }

    private void AddDays(long fromHour, long toHour)
    {
        for (var day = _calendar.DayOf(fromHour * UnixTime.Hour); day <= _calendar.DayOf(toHour * UnixTime.Hour); day++)
        {
            _changedDays.Add(day);
        }
    }

    /// <summary>Counts a change of each day of which a page might show something else: those of the requests; that of a window which contains them, up to four hours before;
    /// and the next day of a session that is new on a day, because a period counts a session on its first day.</summary>
    private void FlushVersions(WriteSession session)
    {
        foreach (var day in _days.Changed)
        {
            _changedDays.Add((int)day);
        }

        foreach (var slot in _hours.Changed)
        {
            _changedDays.Add(_calendar.DayOf(SlotGrain.StartOf(slot) - ((FiveHourWindows.Hours - 1) * UnixTime.Hour)));
        }

        foreach (var (day, user, key) in _days.SessionsMoved)
        {
            if (session.Scalar(LedgerRollupSql.NextSessionDay, ("user", user), ("session", key), ("day", day)) is { } next)
            {
                _changedDays.Add((int)next);
            }
        }

        foreach (var day in _changedDays)
        {
            session.Execute(LedgerRollupSql.AddDayVersion, ("day", day), ("writer", Writer));
        }
    }
}
