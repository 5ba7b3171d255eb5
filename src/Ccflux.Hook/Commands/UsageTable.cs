using System.Globalization;
using System.Runtime.InteropServices;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Commands;

/// <summary>Local totals: overall, by key, and by key and model. A request counts at its own time.</summary>
internal sealed class UsageTable
{
    /// <summary>Length of Claude Code's window in hours; it starts with the hour of its first request.</summary>
    private const int BlockHours = 5;

    private const long HourMs = 3_600_000;
    private const int DayHours = 24;

    private readonly Dictionary<string, UsageRow> _rows = new(StringComparer.Ordinal);

    // Every hour (since 1970, UTC) with usage, including requests that the view leaves out: they open blocks too.
    private readonly HashSet<long> _hours = [];

    public UsageTable(UsageView view, LocalRequests requests)
    {
        View = view;
        Problems = requests.Problems;
        Faults = requests.Faults;
        Add(requests.Requests);
    }

    public UsageView View { get; }

    public UsageSum Totals { get; } = new();

    public SortedSet<string> UnpricedModels { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<ReadProblem> Problems { get; }

    /// <summary>What was wrong with lines of the transcripts.</summary>
    public LineFaults Faults { get; }

    /// <summary>Sessions of Claude Desktop's agent mode that are included in the totals.</summary>
    public int DesktopSessions { get; private set; }

    /// <summary>Their output tokens, which are included in the totals too.</summary>
    public long DesktopOutputTokens { get; private set; }

    /// <summary>Rows in order: times ascending, models by name, sessions by their start.</summary>
    public IEnumerable<UsageRow> Rows =>
        View.By == UsageBy.Block ? Blocks() : _rows.Values.OrderBy(row => row.Order).ThenBy(row => row.Key, StringComparer.Ordinal);

    /// <summary>Requests of one row, model, day and kind of price, whose cost is computed at once.</summary>
    /// <param name="Span">The hour, or a number of the view's part of the time zone's calendar; 0 if rows are no times.</param>
    /// <param name="Session">The session; empty if rows are something else.</param>
    private readonly record struct Cell(long Span, string Session, string Model, long Day, PriceKind Kind);

    private void Add(IReadOnlyCollection<Request> requests)
    {
        var days = new DayOfTime(View);
        var cells = new Dictionary<Cell, UsageSum>();
        var starts = new Dictionary<string, long>(StringComparer.Ordinal);
        var desktop = new HashSet<string>(StringComparer.Ordinal);
        long lastHour = -1;
        foreach (var request in requests)
        {
            var hour = request.AtMs / HourMs;
            if (hour != lastHour)
            {
                _hours.Add(hour);
                lastHour = hour;
            }

            if (View.By == UsageBy.Session)
            {
                ref var start = ref CollectionsMarshal.GetValueRefOrAddDefault(starts, request.Session, out var known);
                start = known ? Math.Min(start, request.AtMs) : request.AtMs;
            }

            var day = days.Of(request.AtMs);
            if (!View.Takes(day))
            {
                continue;
            }

            var cell = new Cell(
                View.By switch
                {
                    UsageBy.Day => day.DayNumber,
                    UsageBy.Week => UsageView.Week(day).DayNumber,
                    UsageBy.Month => day.AddDays(1 - day.Day).DayNumber,
                    UsageBy.Block => hour,
                    UsageBy.Session or UsageBy.Model => 0,
                },
                View.By == UsageBy.Session ? request.Session : string.Empty,
                request.Usage.Model!,
                hour / DayHours,
                KindOf(request.Usage));
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(cells, cell, out _);
            (sum ??= new UsageSum()).Add(request.Usage);
            if (request.Desktop)
            {
                desktop.Add(request.Session);
                DesktopOutputTokens += request.Usage.Output;
            }
        }

        DesktopSessions = desktop.Count;
        foreach (var (cell, sum) in cells)
        {
            Add(cell, sum, starts);
        }
    }

    private void Add(in Cell cell, UsageSum sum, Dictionary<string, long> starts)
    {
        // Prices apply by UTC day, whatever the time zone.
        sum.Price(cell.Model, DateOnly.FromDayNumber((int)cell.Day + s_epoch), cell.Kind);
        var row = Row(cell, starts);
        var ofModel = row.Of(cell.Model);
        Totals.Add(sum);
        row.Sum.Add(sum);
        ofModel.Add(sum);
        if (ofModel.Unpriced)
        {
            UnpricedModels.Add(cell.Model);
        }
    }

    private static readonly int s_epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private static PriceKind KindOf(in MessageUsage usage) =>
        (usage.Prompt > 200_000 ? PriceKind.Over100k | PriceKind.Over200k : usage.Prompt > 100_000 ? PriceKind.Over100k : PriceKind.None)
        | (usage.Fast ? PriceKind.Fast : PriceKind.None)
        | (usage.InUs ? PriceKind.InUs : PriceKind.None)
        | (usage.Batch ? PriceKind.Batch : PriceKind.None);

    private static DateTimeOffset Start(long hour) => DateTimeOffset.FromUnixTimeMilliseconds(hour * HourMs);

    private static string Name(long day, string format) => DateOnly.FromDayNumber((int)day).ToString(format, CultureInfo.InvariantCulture);

    private UsageRow Row(in Cell cell, Dictionary<string, long> starts)
    {
        var (order, key) = View.By switch
        {
            UsageBy.Day or UsageBy.Week => (cell.Span, Name(cell.Span, "yyyy-MM-dd")),
            UsageBy.Month => (cell.Span, Name(cell.Span, "yyyy-MM")),
            UsageBy.Block => (cell.Span, View.Block(Start(cell.Span))),
            UsageBy.Session => (starts[cell.Session], cell.Session),
            UsageBy.Model => (0L, cell.Model),
        };
        if (!_rows.TryGetValue(key, out var row))
        {
            _rows.Add(key, row = new UsageRow(key, order));
        }

        return row;
    }

    /// <summary>Groups the rows of hours into blocks.</summary>
    private IEnumerable<UsageRow> Blocks()
    {
        var hours = _rows.Values.ToDictionary(row => row.Order);
        UsageRow? block = null;
        var start = long.MinValue;
        foreach (var hour in _hours.Order())
        {
            if (hour >= start + BlockHours)
            {
                if (block is not null)
                {
                    yield return block;
                }

                block = null;
                start = hour;
            }

            if (hours.TryGetValue(hour, out var ofHour))
            {
                block ??= new UsageRow(View.Block(Start(start)), start);
                block.Add(ofHour);
            }
        }

        if (block is not null)
        {
            yield return block;
        }
    }

    /// <summary>The days of instants in the view's time zone. Every offset is a multiple of a quarter of an hour, so that each quarter is looked up once.</summary>
    private sealed class DayOfTime(UsageView view)
    {
        private const long QuarterMs = 900_000;

        private readonly Dictionary<long, DateOnly> _days = [];
        private long _last = -1;
        private DateOnly _day;

        public DateOnly Of(long atMs)
        {
            var quarter = atMs / QuarterMs;
            if (quarter == _last)
            {
                return _day;
            }

            _last = quarter;
            if (!_days.TryGetValue(quarter, out _day))
            {
                _days.Add(quarter, _day = view.Day(DateTimeOffset.FromUnixTimeMilliseconds(quarter * QuarterMs)));
            }

            return _day;
        }
    }
}

/// <summary>The usage of one day, week, month, block, session or model.</summary>
/// <param name="Order">Its position among the rows.</param>
internal sealed record UsageRow(string Key, long Order)
{
    public UsageSum Sum { get; } = new();

    public SortedDictionary<string, UsageSum> Models { get; } = new(StringComparer.Ordinal);

    public void Add(UsageRow other)
    {
        Sum.Add(other.Sum);
        foreach (var (model, sum) in other.Models)
        {
            Of(model).Add(sum);
        }
    }

    /// <summary>The sum of one model, created if necessary.</summary>
    public UsageSum Of(string model)
    {
        if (!Models.TryGetValue(model, out var sum))
        {
            Models.Add(model, sum = new UsageSum());
        }

        return sum;
    }
}
