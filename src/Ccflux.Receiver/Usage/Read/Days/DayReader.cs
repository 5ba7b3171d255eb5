using Ccflux.Contracts.Pricing;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sqlite;
using Microsoft.Data.Sqlite;

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

    public DayRows Read(SqliteConnection connection, int day, IReadOnlyDictionary<int, ModelRef> models) => new(
        day,
        ReadUsage(connection, day, models),
        ReadTurns(connection, day),
        ReadSessions(connection, day),
        ReadWindows(connection, day));

    /// <summary>Reads a part of a day, which the rollups of whole days do not contain, from the turns themselves: their index is by user and time.
    /// Windows are not read.</summary>
    /// <param name="connection">A reading connection.</param>
    /// <param name="day">The day that contains the part; its prices apply.</param>
    /// <param name="from">Reads turns that ended at or after this, in epoch milliseconds.</param>
    /// <param name="until">Reads turns that ended before this, in epoch milliseconds.</param>
    /// <param name="models">By id.</param>
    public DayRows ReadPart(SqliteConnection connection, int day, long from, long until, IReadOnlyDictionary<int, ModelRef> models)
    {
        var turns = new List<TurnCell>();
        using (var rows = RawRows.Query(connection, DaySql.PartTurns, day, from, until))
        {
            while (rows.Read())
            {
                turns.Add(new TurnCell(rows.Small(0), rows.Small(1), rows.Small(2)));
            }
        }

        var sessions = new List<SessionCell>();
        using (var rows = RawRows.Query(connection, DaySql.PartSessions, day, from, until))
        {
            while (rows.Read())
            {
                sessions.Add(new SessionCell(rows.Small(0), rows.Small(1), rows.Small(2)));
            }
        }

        using var usage = RawRows.Query(connection, DaySql.PartUsage, day, from, until);
        return new DayRows(day, ReadCells(usage, day, models), [.. turns], [.. sessions], []);
    }

    /// <summary>The tokens of a part of a day by hour, in order. Hours without turns are left out.</summary>
    /// <returns>Rows whose day is the hour since 1970.</returns>
    public IEnumerable<DayRows> ReadHours(SqliteConnection connection, int day, long from, long until, IReadOnlyDictionary<int, ModelRef> models)
    {
        var cells = new List<(int Hour, UsageCell Cell)>();
        using var rows = RawRows.Query(connection, DaySql.HourUsage, day, from, until);
        while (rows.Read())
        {
            cells.Add((rows.Small(Hour), Cell(rows, rows.Small(0), day, models)));
        }

        return cells.GroupBy(cell => cell.Hour, cell => cell.Cell).Select(hour => new DayRows(hour.Key, [.. hour], [], [], []));
    }

    /// <summary>Sums of days by model, for the list-price value of long periods.</summary>
    /// <param name="rows">Rows of <see cref="DaySql.Models"/>, or of a statement with the same columns whose third column is a custom key.</param>
    public IEnumerable<(int Day, long Key, UsageCell Cell)> ReadModels(RawRows rows, IReadOnlyDictionary<int, ModelRef> models)
    {
        while (rows.Read())
        {
            var day = rows.Small(0);
            yield return (day, rows.Number(2), Cell(rows, 0, day, models));
        }
    }

    private static TurnCell[] ReadTurns(SqliteConnection connection, int day)
    {
        var cells = new List<TurnCell>();
        using var rows = RawRows.Query(connection, DaySql.Turns, day);
        while (rows.Read())
        {
            cells.Add(new TurnCell(rows.Small(0), rows.Small(1), rows.Small(2)));
        }

        return [.. cells];
    }

    private static SessionCell[] ReadSessions(SqliteConnection connection, int day)
    {
        var cells = new List<SessionCell>();
        using var rows = RawRows.Query(connection, DaySql.Sessions, day);
        while (rows.Read())
        {
            cells.Add(new SessionCell(rows.Small(0), rows.Small(1), rows.Small(2)));
        }

        return [.. cells];
    }

    private static WindowCell[] ReadWindows(SqliteConnection connection, int day)
    {
        var cells = new List<WindowCell>();
        using var rows = RawRows.Query(connection, DaySql.Windows, UtcDay.Start(day), UtcDay.Start(day + 1));
        while (rows.Read())
        {
            var tokens = new TokenSums(rows.Figure(5), rows.Figure(6), rows.Figure(7), rows.Figure(8));
            cells.Add(new WindowCell(rows.Small(0), rows.Number(1), rows.Number(2), rows.Small(3), rows.Small(4), tokens));
        }

        return [.. cells.OrderBy(cell => cell.User).ThenBy(cell => cell.StartAt)];
    }

    private static TokenCounts Counts(RawRows rows, int column) => new()
    {
        InputTokens = rows.Figure(column),
        OutputTokens = rows.Figure(column + 1),
        CacheReadTokens = rows.Figure(column + 2),
        CacheWriteTokens = rows.Figure(column + 3),
        CacheWrite1hTokens = rows.Figure(column + 4),
    };

    private UsageCell[] ReadUsage(SqliteConnection connection, int day, IReadOnlyDictionary<int, ModelRef> models)
    {
        using var rows = RawRows.Query(connection, DaySql.Usage, day);
        return ReadCells(rows, day, models);
    }

    private UsageCell[] ReadCells(RawRows rows, int day, IReadOnlyDictionary<int, ModelRef> models)
    {
        var cells = new List<UsageCell>();
        while (rows.Read())
        {
            cells.Add(Cell(rows, rows.Small(0), day, models));
        }

        return [.. cells];
    }

    private UsageCell Cell(RawRows rows, int user, int day, IReadOnlyDictionary<int, ModelRef> models)
    {
        var model = rows.Small(1);
        var all = Counts(rows, All);
        var price = models.TryGetValue(model, out var known) ? prices.Find(known.Name, UtcDay.ToDate(day)) : null;
        var usd = price is null ? 0 : PriceList.Cost(
            price,
            all,
            price.Over100k is null ? null : Counts(rows, Over100k),
            price.Over200k is null ? null : Counts(rows, Over200k),
            price.Fast is null ? null : Counts(rows, Fast));
        var tokens = new TokenSums(all.InputTokens, all.OutputTokens, all.CacheReadTokens, all.CacheWriteTokens);
        return new UsageCell(user, model, rows.Small(2), rows.Number(3), tokens, usd, price is null ? known?.Name ?? $"model {model}" : null);
    }
}
