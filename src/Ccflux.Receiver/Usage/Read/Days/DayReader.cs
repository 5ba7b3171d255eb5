using Ccflux.Contracts.Pricing;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Reads whole days and prices them. Prices vary by day, so a day's list-price value is fixed here.</summary>
internal sealed class DayReader(PriceList prices)
{
    /// <summary>The price list in use.</summary>
    public PriceListRef PricesOf { get; } = new(!ReferenceEquals(prices, PriceList.BuiltIn), prices.Updated);

    // The first column of each kind, in both DaySql.Usage and DaySql.Models.
    private const int All = 4;
    private const int Over100k = All + 5;
    private const int Over200k = Over100k + 5;
    private const int Fast = Over200k + 5;

    // The column after them in DaySql.HourUsage.
    private const int Hour = Fast + 5;

    public DayRows Read(SqlSession session, int day, IReadOnlyDictionary<int, ModelRef> models) => new(
        day,
        ReadUsage(session, day, models),
        ReadTurns(session, day),
        ReadSessions(session, day),
        ReadWindows(session, day));

    /// <summary>Reads a part of a day, which the rollups of whole days do not contain, from the turns themselves: their index is by user and time.
    /// Windows are not read.</summary>
    /// <param name="session">A reading session.</param>
    /// <param name="day">The day that contains the part; its prices apply.</param>
    /// <param name="from">Reads turns that ended at or after this, in epoch milliseconds.</param>
    /// <param name="until">Reads turns that ended before this, in epoch milliseconds.</param>
    /// <param name="models">By id.</param>
    public DayRows ReadPart(SqlSession session, int day, long from, long until, IReadOnlyDictionary<int, ModelRef> models)
    {
        var turns = new List<TurnCell>();
        using (var rows = session.Query(DaySql.PartTurns, ("day", day), ("from", from), ("until", until)))
        {
            while (rows.Read())
            {
                turns.Add(new TurnCell(rows.Int32(0), rows.Int32(1), rows.Int32(2)));
            }
        }

        var sessions = new List<SessionCell>();
        using (var rows = session.Query(DaySql.PartSessions, ("day", day), ("from", from), ("until", until)))
        {
            while (rows.Read())
            {
                sessions.Add(new SessionCell(rows.Int32(0), rows.Int32(1), rows.Int32(2)));
            }
        }

        using var usage = session.Query(DaySql.PartUsage, ("day", day), ("from", from), ("until", until));
        return new DayRows(day, ReadCells(usage, day, models), [.. turns], [.. sessions], []);
    }

    /// <summary>The tokens of a part of a day by hour, in order. Hours without turns are left out.</summary>
    /// <returns>Rows whose day is the hour since 1970.</returns>
    public IEnumerable<DayRows> ReadHours(SqlSession session, int day, long from, long until, IReadOnlyDictionary<int, ModelRef> models)
    {
        var cells = new List<(int Hour, UsageCell Cell)>();
        using var rows = session.Query(DaySql.HourUsage, ("day", day), ("from", from), ("until", until));
        while (rows.Read())
        {
            cells.Add((rows.Int32(Hour), Cell(rows, rows.Int32(0), day, models)));
        }

        return cells.GroupBy(cell => cell.Hour, cell => cell.Cell).Select(hour => new DayRows(hour.Key, [.. hour], [], [], []));
    }

    /// <summary>Sums of days by model, for the list-price value of long periods.</summary>
    /// <param name="rows">Rows of <see cref="DaySql.Models"/>, or of a statement with the same columns whose third column is a custom key.</param>
    public IEnumerable<(int Day, long Key, UsageCell Cell)> ReadModels(Rows rows, IReadOnlyDictionary<int, ModelRef> models)
    {
        while (rows.Read())
        {
            var day = rows.Int32(0);
            yield return (day, rows.Int64(2), Cell(rows, 0, day, models));
        }
    }

    private static TurnCell[] ReadTurns(SqlSession session, int day)
    {
        var cells = new List<TurnCell>();
        using var rows = session.Query(DaySql.Turns, ("day", day));
        while (rows.Read())
        {
            cells.Add(new TurnCell(rows.Int32(0), rows.Int32(1), rows.Int32(2)));
        }

        return [.. cells];
    }

    private static SessionCell[] ReadSessions(SqlSession session, int day)
    {
        var cells = new List<SessionCell>();
        using var rows = session.Query(DaySql.Sessions, ("day", day));
        while (rows.Read())
        {
            cells.Add(new SessionCell(rows.Int32(0), rows.Int32(1), rows.Int32(2)));
        }

        return [.. cells];
    }

    private static WindowCell[] ReadWindows(SqlSession session, int day)
    {
        var cells = new List<WindowCell>();
        using var rows = session.Query(DaySql.Windows, ("from", UtcDay.Start(day)), ("until", UtcDay.Start(day + 1)));
        while (rows.Read())
        {
            var tokens = new TokenSums(rows.NonNegative(5), rows.NonNegative(6), rows.NonNegative(7), rows.NonNegative(8));
            cells.Add(new WindowCell(rows.Int32(0), rows.Int64(1), rows.Int64(2), rows.Int32(3), rows.Int32(4), tokens));
        }

        return [.. cells.OrderBy(cell => cell.User).ThenBy(cell => cell.StartAt)];
    }

    private static TokenCounts Counts(Rows rows, int column) => new()
    {
        InputTokens = rows.NonNegative(column),
        OutputTokens = rows.NonNegative(column + 1),
        CacheReadTokens = rows.NonNegative(column + 2),
        CacheWriteTokens = rows.NonNegative(column + 3),
        CacheWrite1hTokens = rows.NonNegative(column + 4),
    };

    private UsageCell[] ReadUsage(SqlSession session, int day, IReadOnlyDictionary<int, ModelRef> models)
    {
        using var rows = session.Query(DaySql.Usage, ("day", day));
        return ReadCells(rows, day, models);
    }

    private UsageCell[] ReadCells(Rows rows, int day, IReadOnlyDictionary<int, ModelRef> models)
    {
        var cells = new List<UsageCell>();
        while (rows.Read())
        {
            cells.Add(Cell(rows, rows.Int32(0), day, models));
        }

        return [.. cells];
    }

    private UsageCell Cell(Rows rows, int user, int day, IReadOnlyDictionary<int, ModelRef> models)
    {
        var model = rows.Int32(1);
        var all = Counts(rows, All);
        var price = models.TryGetValue(model, out var known) ? prices.Find(known.Name, UtcDay.ToDate(day)) : null;
        var usd = price is null ? 0 : PriceList.Cost(
            price,
            all,
            price.Over100k is null ? null : Counts(rows, Over100k),
            price.Over200k is null ? null : Counts(rows, Over200k),
            price.Fast is null ? null : Counts(rows, Fast));
        var tokens = new TokenSums(all.InputTokens, all.OutputTokens, all.CacheReadTokens, all.CacheWriteTokens);
        return new UsageCell(user, model, rows.Int32(2), rows.Int64(3), tokens, usd, price is null ? known?.Name ?? $"model {model}" : null);
    }
}
