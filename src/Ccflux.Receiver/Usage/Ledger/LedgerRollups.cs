using System.Runtime.InteropServices;
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
    private readonly Dictionary<(long User, long Turn, long Model), EventCell> _events = [];
    private readonly Dictionary<(long User, long Session), SessionCell> _sessions = [];
    private readonly Dictionary<(long User, long Day), (int Added, int Shrunk)> _activeHours = [];
    private readonly SqlParameter[] _eventValues = new SqlParameter[6 + RequestSums.Parameters];

    /// <param name="calendar">Decides the grain of the sums by hour, and the days.</param>
    public LedgerRollups(OrganisationCalendar calendar)
    {
        var grain = SlotGrain.Of(calendar);
        _hours = new RollupLevel(RollupStatements.Hours, grain.SlotOf);
        _days = new RollupLevel(RollupStatements.Days, at => calendar.DayOf(at));
    }

    [StructLayout(LayoutKind.Auto)]
    private struct EventCell
    {
        public RequestSums Sums;
        public bool Shrunk;
        public ReportOrigin From;
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
        foreach (var day in _days.Changed)
        {
            session.Execute(LedgerRollupSql.AddDayVersion, ("day", day), ("writer", Writer));
        }

        _hours.Flush(session);
        _days.Flush(session);
        FlushEvents(session);
        FlushSessions(session);
        FlushActiveHours(session);
        Clear();
    }

    public void Clear()
    {
        _hours.Clear();
        _days.Clear();
        _events.Clear();
        _sessions.Clear();
        _activeHours.Clear();
    }

    private void Count(long user, in LedgerTurn turn, int sign)
    {
        _hours.Count(user, turn, sign);
        _days.Count(user, turn, sign);
    }

    private void Count(long user, in LedgerRequest request, long model, in ReportOrigin from, int sign)
    {
        _hours.Count(user, request, model, sign);
        _days.Count(user, request, model, sign);

        // Where the turn is not known, the requests of a session stand together.
        var turn = request.Turn != 0 ? request.Turn : request.Session;
        ref var usage = ref CollectionsMarshal.GetValueRefOrAddDefault(_events, (user, turn, model), out _);
        usage.Sums.Add(request, sign);
        usage.Shrunk |= sign < 0;
        if (usage.From.ReceivedAt == 0)
        {
            usage.From = from;
        }

        ref var active = ref CollectionsMarshal.GetValueRefOrAddDefault(_activeHours, (user, request.At / UnixTime.Day), out _);
        var bit = 1 << (int)(request.At % UnixTime.Day / UnixTime.Hour);
        active = sign > 0 ? (active.Added | bit, active.Shrunk) : (active.Added, active.Shrunk | bit);

        if (request.Session != 0)
        {
            CountSession(user, request, sign);
        }
    }

    private void CountSession(long user, in LedgerRequest request, int sign)
    {
        ref var session = ref CollectionsMarshal.GetValueRefOrAddDefault(_sessions, (user, request.Session), out var isKnown);
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

    private void FlushEvents(WriteSession session)
    {
        foreach (var ((user, turn, model), cell) in _events)
        {
            if (cell.Sums != default)
            {
                _eventValues[0] = ("user", user);
                _eventValues[1] = ("turn", turn);
                _eventValues[2] = ("model", model);
                _eventValues[3] = ("received_at", cell.From.ReceivedAt);
                _eventValues[4] = ("device", cell.From.Device);
                _eventValues[5] = ("plugin_version", cell.From.PluginVersion);
                cell.Sums.CopyTo(_eventValues.AsSpan(6));
                session.Execute(LedgerRollupSql.AddEvent, _eventValues);
            }

            if (cell.Shrunk)
            {
                session.Execute(LedgerRollupSql.DeleteEmptyEvent, ("user", user), ("turn", turn), ("model", model));
            }
        }
    }

    private void FlushSessions(WriteSession writing)
    {
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

    /// <summary>After the sums by hour, which tell whether an hour still has requests.</summary>
    private void FlushActiveHours(WriteSession session)
    {
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
}
