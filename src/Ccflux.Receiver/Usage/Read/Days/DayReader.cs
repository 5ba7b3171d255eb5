using Ccflux.Contracts.Pricing;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Reads whole days of the organisation's time zone, and parts of them, and prices them.</summary>
internal sealed class DayReader(PriceList prices, OrganisationCalendar calendar)
{
    // The first three columns of a row of usage are user or day, model and price class; its sums follow.
    private const int Sums = 3;

    // The column after them: the slot in DaySql.SlotUsage, the day in UsageReadSql.SessionModels.
    private const int Slot = Sums + 7;

    private readonly ListPrice _price = new(prices, calendar);
    private readonly WindowReader _windows = new(calendar);
    private readonly SlotGrain _grain = SlotGrain.Of(calendar);

    /// <summary>The price list in use.</summary>
    public PriceListRef PricesOf { get; } = new(!ReferenceEquals(prices, PriceList.BuiltIn), prices.Updated);

    public DayRows Read(SqlSession session, int day, IReadOnlyDictionary<int, ModelRef> models)
    {
        UsageSums usage;
        using (var rows = session.Query(DaySql.Usage, ("day", day)))
        {
            usage = ReadUsage(rows, day, models);
        }

        if (!usage.IsSteady)
        {
            using var rows = session.Query(DaySql.SlotUsage, ("day", day), ("from", _grain.SlotOf(calendar.StartOf(day))), ("until", _grain.SlotOf(calendar.StartOf(day + 1))));
            usage = ReadSlots(rows, models);
        }

        return new DayRows(
            day,
            usage.Cells(session.List(DaySql.Events, EventCell, ("day", day))),
            session.List(DaySql.Turns, TurnCell, ("day", day)).ToArray(),
            session.List(DaySql.Sessions, SessionCell, ("day", day)).ToArray(),
            _windows.Read(session, day));
    }

    /// <summary>Reads a part of a day from its requests: sums of whole hours do not contain it. Windows are not read.</summary>
    /// <param name="session">A reading session.</param>
    /// <param name="day">The day that contains the part.</param>
    /// <param name="from">Reads requests made at or after this, in epoch milliseconds.</param>
    /// <param name="until">Reads requests made before this, in epoch milliseconds.</param>
    /// <param name="models">By id.</param>
    public DayRows ReadPart(SqlSession session, int day, long from, long until, IReadOnlyDictionary<int, ModelRef> models)
    {
        SqlParameter[] part = [("day", day), ("from", from), ("until", until)];
        UsageSums usage;
        using (var rows = session.Query(DaySql.PartUsage, part))
        {
            usage = ReadUsage(rows, day, models);
        }

        return new DayRows(
            day,
            usage.Cells(session.List(DaySql.PartEvents, EventCell, part)),
            session.List(DaySql.PartTurns, TurnCell, part).ToArray(),
            session.List(DaySql.PartSessions, SessionCell, part).ToArray(),
            []);
    }

    /// <summary>The tokens of a part of a day by hour (UTC), in order. Hours without requests are left out.</summary>
    /// <returns>Rows whose day is the hour since 1970.</returns>
    public IEnumerable<DayRows> ReadHours(SqlSession session, int day, long from, long until, IReadOnlyDictionary<int, ModelRef> models)
    {
        var hours = new SortedDictionary<int, UsageSums>();
        using var rows = session.Query(DaySql.SlotUsage, ("day", day), ("from", _grain.SlotOf(from)), ("until", _grain.SlotOf(until)));
        while (rows.Read())
        {
            var hour = (int)(rows.Int64(Slot) / SlotGrain.SlotsPerHour);
            if (!hours.TryGetValue(hour, out var sums))
            {
                hours[hour] = sums = new UsageSums();
            }

            AddSlot(sums, rows, models);
        }

        return hours.Select(hour => new DayRows(hour.Key, hour.Value.Cells([]), [], [], []));
    }

    /// <summary>Each model's sums of days, for the list-price value of long periods.</summary>
    /// <param name="rows">Rows of <see cref="DaySql.Models"/>, or of a statement with the same columns.</param>
    /// <param name="models">By id.</param>
    public IEnumerable<(int Day, UsageCell Cell)> ReadModels(Rows rows, IReadOnlyDictionary<int, ModelRef> models)
    {
        var (day, sums) = (0, new UsageSums());
        while (rows.Read())
        {
            if (rows.Int32(0) != day)
            {
                foreach (var cell in sums.Cells([]))
                {
                    yield return (day, cell);
                }

                (day, sums) = (rows.Int32(0), new UsageSums());
            }

            Add(sums, 0, rows, _price.DateOf(day), models);
        }

        foreach (var cell in sums.Cells([]))
        {
            yield return (day, cell);
        }
    }

    /// <summary>What sessions used, by model.</summary>
    /// <param name="rows">Rows of <see cref="UsageReadSql.SessionModels"/>.</param>
    /// <param name="models">By id.</param>
    public IEnumerable<(long Session, UsageCell Cell)> ReadSessions(Rows rows, IReadOnlyDictionary<int, ModelRef> models)
    {
        var sessions = new Dictionary<long, UsageSums>();
        while (rows.Read())
        {
            if (!sessions.TryGetValue(rows.Int64(0), out var sums))
            {
                sessions[rows.Int64(0)] = sums = new UsageSums();
            }

            Add(sums, 0, rows, CalendarDay.ToDate(rows.Int32(Slot)), models);
        }

        return sessions.SelectMany(session => session.Value.Cells([]).Select(cell => (session.Key, cell)));
    }

    private static (int User, int Model, int Events) EventCell(Rows rows) => (rows.Int32(0), rows.Int32(1), rows.Int32(2));

    private static TurnCell TurnCell(Rows rows) => new(rows.Int32(0), rows.Int32(1), rows.Int32(2));

    private static SessionCell SessionCell(Rows rows) => new(rows.Int32(0), rows.Int32(1), rows.Int32(2));

    private UsageSums ReadUsage(Rows rows, int day, IReadOnlyDictionary<int, ModelRef> models)
    {
        var sums = new UsageSums();
        var date = _price.DateOf(day);
        while (rows.Read())
        {
            sums.IsSteady &= !models.TryGetValue(rows.Int32(1), out var model) || _price.IsSteady(model.Name, day, rows.Int32(2));
            Add(sums, rows.Int32(0), rows, date, models);
        }

        return sums;
    }

    private UsageSums ReadSlots(Rows rows, IReadOnlyDictionary<int, ModelRef> models)
    {
        var sums = new UsageSums();
        while (rows.Read())
        {
            AddSlot(sums, rows, models);
        }

        return sums;
    }

    private void AddSlot(UsageSums sums, Rows rows, IReadOnlyDictionary<int, ModelRef> models) =>
        Add(sums, rows.Int32(0), rows, ListPrice.UtcDate(SlotGrain.StartOf(rows.Int64(Slot))), models);

    private void Add(UsageSums sums, int user, Rows rows, DateOnly date, IReadOnlyDictionary<int, ModelRef> models)
    {
        var requests = RequestSums.Read(rows, Sums).NonNegative();
        var (model, priceClass) = (rows.Int32(1), rows.Int32(2));
        var name = models.TryGetValue(model, out var known) ? known.Name : null;
        sums.Add(user, model, requests, name is null ? null : _price.Of(name, date, priceClass, requests), name ?? $"model {model}");
    }
}
