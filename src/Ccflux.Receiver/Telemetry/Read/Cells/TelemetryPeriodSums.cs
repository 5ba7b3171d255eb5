using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>Adds up the hours or days of a period and of the previous one, within a scope.</summary>
internal sealed class TelemetryPeriodSums
{
    private readonly CellScope _scope;
    private readonly PeopleDirectory _directory;
    private readonly long _first;
    private readonly TimeSums[] _times;
    private readonly TimeSums[] _before;
    private readonly Dictionary<CountKey, long> _counts;
    private readonly Dictionary<string, PersonSums> _people = new(StringComparer.Ordinal);
    private readonly Dictionary<int, LatencyHistogram> _tools = [];
    private readonly bool _isFork;

    /// <param name="scope">Whose figures count.</param>
    /// <param name="directory">Resolves ids to names.</param>
    /// <param name="filter">Gives the period; the previous one has the same length.</param>
    public TelemetryPeriodSums(CellScope scope, PeopleDirectory directory, TelemetryFilter filter)
    {
        (_scope, _directory) = (scope, directory);
        var scale = filter.IsHourly ? 24 : 1;
        _first = filter.FirstDay * scale;
        var length = filter.Days * scale;
        _counts = [];
        _times = NewTimes(_first, length);
        _before = NewTimes(_first - length, length);
    }

    private TelemetryPeriodSums(TelemetryPeriodSums whole, int length)
    {
        (_scope, _directory, _first, _isFork) = (whole._scope, whole._directory, whole._first, true);
        _counts = new Dictionary<CountKey, long>(whole._counts);
        _times = [.. whole._times.Take(length), .. whole._times.Skip(length).Select(time => new TimeSums(time.Time))];
        _before = [.. whole._before.Take(length), .. whole._before.Skip(length).Select(time => new TimeSums(time.Time))];
        Durations.Add(whole.Durations);
        DurationsBefore.Add(whole.DurationsBefore);
    }

    /// <summary>Each hour or day of the period.</summary>
    public IReadOnlyList<TimeSums> Times => _times;

    /// <summary>Each hour or day of the previous period.</summary>
    public IReadOnlyList<TimeSums> Before => _before;

    public DurationSums Durations { get; } = new();

    public DurationSums DurationsBefore { get; } = new();

    /// <summary>Durations of each tool within the period.</summary>
    public IReadOnlyDictionary<int, LatencyHistogram> Tools => _isFork ? throw new InvalidOperationException("A fork has no tools.") : _tools;

    public IReadOnlyDictionary<string, PersonSums> People => _isFork ? throw new InvalidOperationException("A fork has no people.") : _people;

    /// <summary>The position of an hour or a day in the period, or in the previous one.</summary>
    public long PlaceOf(long time) => time >= _first ? time - _first : time - _first + Before.Count;

    /// <summary>Returns sums that start from the present ones, so that what both have in common is added up once. People and tools are left out.</summary>
    /// <param name="length">Complete hours or days of the period and of the previous one. Later ones are empty.</param>
    public TelemetryPeriodSums Fork(int length) => new(this, length);

    /// <summary>Adds sums that begin where these end.</summary>
    /// <param name="rest">Sums of later hours or days only; not to be used afterwards.</param>
    /// <param name="length">Hours or days that are complete here.</param>
    public void Add(TelemetryPeriodSums rest, int length)
    {
        rest._times.AsSpan(length).CopyTo(_times.AsSpan(length));
        rest._before.AsSpan(length).CopyTo(_before.AsSpan(length));
        Durations.Add(rest.Durations);
        DurationsBefore.Add(rest.DurationsBefore);
        foreach (var (key, count) in rest._counts)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _);
            sum = Saturating.Add(sum, count);
        }

        foreach (var (tool, latency) in rest._tools)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_tools, tool, out _);
            (sum ??= new LatencyHistogram()).Add(latency);
        }

        foreach (var person in rest._people.Values)
        {
            Of(person.Person).Add(person);
        }
    }

    /// <summary>Adds an hour or a day, or a part of it. Each must be added once only.</summary>
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

    /// <summary>Counts of the period or of the previous one, with the names of what was counted.</summary>
    public IReadOnlyList<CountRow> Counts(bool isNow) =>
    [
        .. _counts.Where(pair => pair.Key.IsNow == isNow)
            .Select(pair => new CountRow(pair.Key.Person, pair.Key.Kind, _directory.Name(pair.Key.Name), _directory.Name(pair.Key.Detail), _directory.Name(pair.Key.Terminal), pair.Value)),
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
            if (isNow && !_isFork)
            {
                Of(_directory.Person(cell.Subject)).Add((int)(cells.Time - _first), cell.Sum);
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

            time.Add(cell, _directory);
            var person = cell.Subject == 0 ? "" : _directory.Person(cell.Subject).Name;
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
                cell.AddTo(requests);
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
        cell.AddTo(all);
        if (isNow && !_isFork)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_tools, cell.Name, out _);
            cell.AddTo(sum ??= new LatencyHistogram());
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

    public void Add(DurationSums other)
    {
        Requests.Add(other.Requests);
        Tools.Add(other.Tools);
    }
}
