using System.Globalization;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Commands;

/// <summary>Local totals: overall, by key, and by key and model.</summary>
internal sealed class UsageTable(UsageView view)
{
    /// <summary>Length of Claude Code's window in hours; it starts with the hour of its first request.</summary>
    private const int BlockHours = 5;

    private readonly Dictionary<string, UsageRow> _rows = new(StringComparer.Ordinal);

    // Every hour (UTC) with usage, including turns that the view leaves out: they open blocks too.
    private readonly SortedSet<long> _hours = [];

    public UsageView View => view;

    public UsageSum Totals { get; } = new();

    public SortedSet<string> UnpricedModels { get; } = new(StringComparer.Ordinal);

    public List<ReadProblem> Problems { get; } = [];

    /// <summary>What was wrong with lines of the transcripts.</summary>
    public LineFaults Faults { get; } = new();

    /// <summary>Sessions of Claude Desktop's agent mode that are included in the totals.</summary>
    public int DesktopSessions { get; private set; }

    /// <summary>Their output tokens, which are included in the totals too.</summary>
    public long DesktopOutputTokens { get; private set; }

    /// <summary>Rows in order: times ascending, models by name, sessions by their start.</summary>
    public IEnumerable<UsageRow> Rows =>
        view.By == UsageBy.Block ? Blocks() : _rows.Values.OrderBy(row => row.Order).ThenBy(row => row.Key, StringComparer.Ordinal);

    public void Add(ScanResult session)
    {
        Problems.AddRange(session.Problems);
        Faults.Add(session.Faults);
        foreach (var turn in session.Turns)
        {
            if (turn.Models.Count > 0)
            {
                _hours.Add(Hour(turn));
            }

            foreach (var (model, usage) in turn.Models)
            {
                Add(turn, model, sum => sum.Add(model, PriceDay(turn), usage));
            }
        }

        if (session.Local.Count == 0)
        {
            return;
        }

        var turns = session.Turns.ToDictionary(turn => turn.TurnIndex);
        foreach (var local in session.Local)
        {
            if (turns.TryGetValue(local.TurnIndex, out var turn))
            {
                Add(turn, local.Model, sum => sum.Add(PriceDay(turn), local));
            }
        }
    }

    /// <summary>Adds a session of Claude Desktop's agent mode, which is counted here and reported by no hook.</summary>
    public void AddDesktop(ScanResult session)
    {
        var before = Totals.OutputTokens;
        Add(session);
        DesktopSessions += session.Turns.Any(turn => view.Takes(turn.EndedUtc)) ? 1 : 0;
        DesktopOutputTokens += Totals.OutputTokens - before;
    }

    /// <summary>Prices apply by UTC day, whatever the time zone.</summary>
    private static DateOnly PriceDay(TurnReport turn) => DateOnly.FromDateTime(turn.EndedUtc.UtcDateTime);

    private static long Hour(TurnReport turn) => turn.EndedUtc.UtcTicks / TimeSpan.TicksPerHour;

    private static DateTimeOffset Start(long hour) => new(hour * TimeSpan.TicksPerHour, TimeSpan.Zero);

    private static string Name(DateOnly day, string format = "yyyy-MM-dd") => day.ToString(format, CultureInfo.InvariantCulture);

    private void Add(TurnReport turn, string model, Action<UsageSum> add)
    {
        if (!view.Takes(turn.EndedUtc))
        {
            return;
        }

        var row = Row(turn, model);
        var ofModel = row.Of(model);
        add(Totals);
        add(row.Sum);
        add(ofModel);
        if (ofModel.Unpriced)
        {
            UnpricedModels.Add(model);
        }
    }

    private UsageRow Row(TurnReport turn, string model)
    {
        var at = turn.EndedUtc;
        var (order, key) = view.By switch
        {
            UsageBy.Day => (view.Day(at).DayNumber, Name(view.Day(at))),
            UsageBy.Week => (view.Week(at).DayNumber, Name(view.Week(at))),
            UsageBy.Month => (view.Day(at).DayNumber, Name(view.Day(at), "yyyy-MM")),
            UsageBy.Block => (Hour(turn), view.Block(Start(Hour(turn)))),
            UsageBy.Session => (_rows.Count, turn.SessionId),
            UsageBy.Model => (0L, model),
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
        foreach (var hour in _hours)
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
                block ??= new UsageRow(view.Block(Start(start)), start);
                block.Add(ofHour);
            }
        }

        if (block is not null)
        {
            yield return block;
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
