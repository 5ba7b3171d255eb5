using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>Adds up the hours or days of a period and of the one before it, within a scope.</summary>
internal sealed class PeriodSums
{
    private readonly CellScope _scope;
    private readonly PeopleBook _book;
    private readonly long _first;
    private readonly Dictionary<CountKey, long> _counts = [];
    private readonly Dictionary<string, PersonSums> _people = new(StringComparer.Ordinal);

    /// <param name="scope">Whose figures count.</param>
    /// <param name="book">What ids stand for.</param>
    /// <param name="filter">Gives the period; the one before is as long.</param>
    public PeriodSums(CellScope scope, PeopleBook book, TelemetryFilter filter)
    {
        (_scope, _book) = (scope, book);
        var scale = filter.IsHourly ? 24 : 1;
        _first = filter.FirstDay * scale;
        var length = filter.Days * scale;
        Times = NewTimes(_first, length);
        Before = NewTimes(_first - length, length);
    }

    /// <summary>Each hour or day of the period.</summary>
    public IReadOnlyList<TimeSums> Times { get; }

    /// <summary>Each of the period before.</summary>
    public IReadOnlyList<TimeSums> Before { get; }

    public DurationSums Durations { get; } = new();

    public DurationSums DurationsBefore { get; } = new();

    /// <summary>Durations of each tool within the period.</summary>
    public Dictionary<int, LatencyHistogram> Tools { get; } = [];

    public IReadOnlyDictionary<string, PersonSums> People => _people;

    /// <summary>Where an hour or a day stands in the period, or in the one before.</summary>
    public long PlaceOf(long time) => time >= _first ? time - _first : time - _first + Before.Count;

    /// <summary>Adds an hour or a day, or a part of it; what comes under the same time adds up.</summary>
    public void Add(TimeCells cells)
    {
        var isNow = cells.Time >= _first;
        var place = PlaceOf(cells.Time);
        if (place < 0 || place >= Times.Count)
        {
            return;
        }

        var time = (isNow ? Times : Before)[(int)place];
        AddRequests(cells, time, isNow);
        AddCounts(cells, time, isNow);
        AddDurations(cells, time, isNow);
    }

    /// <summary>Counts of the period or of the one before, with the names of what was counted.</summary>
    public IReadOnlyList<CountRow> Counts(bool isNow) =>
    [
        .. _counts.Where(pair => pair.Key.IsNow == isNow)
            .Select(pair => new CountRow(pair.Key.Person, pair.Key.Kind, _book.Name(pair.Key.Name), _book.Name(pair.Key.Detail), _book.Name(pair.Key.Terminal), pair.Value)),
    ];

    private static TimeSums[] NewTimes(long first, int length) => [.. Enumerable.Range(0, length).Select(place => new TimeSums(first + place))];

    private void AddRequests(TimeCells cells, TimeSums time, bool isNow)
    {
        foreach (ref readonly var cell in cells.Requests.AsSpan())
        {
            if (!_scope.Holds(cell))
            {
                continue;
            }

            time.Add(cell.Model, cell.Sum);
            if (isNow)
            {
                Of(_book.Person(cell.Subject)).Add((int)(cells.Time - _first), cell.Sum);
            }
        }
    }

    private void AddCounts(TimeCells cells, TimeSums time, bool isNow)
    {
        foreach (ref readonly var cell in cells.Counts.AsSpan())
        {
            if (!_scope.Holds(cell))
            {
                continue;
            }

            time.Add(cell, _book);
            var person = cell.Subject == 0 ? "" : _book.Person(cell.Subject).Name;
            // Only sessions are shown by terminal.
            var terminal = cell.Kind is CountKind.Session or CountKind.AnonymousSession ? cell.Terminal : 0;
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, new CountKey(isNow, person, cell.Kind, cell.Name, cell.Detail, terminal), out _);
            sum = Saturating.Add(sum, cell.Count);
        }
    }

    private void AddDurations(TimeCells cells, TimeSums time, bool isNow)
    {
        var (requests, tools) = (new LatencyHistogram(), new LatencyHistogram());
        foreach (var cell in cells.RequestTimes)
        {
            if (_scope.Holds(cell, ofModel: true))
            {
                requests.Add(cell.Latency);
            }
        }

        foreach (var cell in cells.ToolTimes)
        {
            if (_scope.Holds(cell, ofModel: false))
            {
                AddTool(cell, tools, isNow);
            }
        }

        time.RequestP95 = requests.Percentile(0.95);
        time.ToolP95 = tools.Percentile(0.95);
        var durations = isNow ? Durations : DurationsBefore;
        durations.Requests.Add(requests);
        durations.Tools.Add(tools);
    }

    private void AddTool(in DurationCell cell, LatencyHistogram all, bool isNow)
    {
        all.Add(cell.Latency);
        if (isNow)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(Tools, cell.Name, out _);
            (sum ??= new LatencyHistogram()).Add(cell.Latency);
        }
    }

    private PersonSums Of(Person person)
    {
        ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(_people, person.Name, out _);
        return sums ??= new PersonSums(person, Times.Count);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct CountKey(bool IsNow, string Person, string Kind, int Name, int Detail, int Terminal);
}

/// <summary>Durations of a period.</summary>
internal sealed class DurationSums
{
    public LatencyHistogram Requests { get; } = new();

    public LatencyHistogram Tools { get; } = new();
}
