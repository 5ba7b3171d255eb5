using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Computes each model's list-price value over all time. Prices vary by day, so every day's sums are needed. They are cached as small
/// sums per day and model, and only days that changed are read again.</summary>
internal sealed class CostHistory(DayReader reader)
{
    /// <summary>Maximum number of cached sums: ten years of a dozen models. Beyond it, all are read each time.</summary>
    private const int MaxSums = 50_000;

    /// <summary>More changed days than this are cheaper to read in one sweep than day by day.</summary>
    private const int Sweep = 16;

    private readonly Lock _lock = new();
    private Dictionary<int, Entry> _days = [];
    private string _storeId = "";

    /// <summary>List-price value by model id.</summary>
    public Dictionary<int, Cost> Read(SqlSession session, string storeId, IReadOnlyDictionary<int, ModelRef> models)
    {
        var versions = DayVersions.Read(session, DaySql.Versions, int.MinValue, int.MaxValue);
        Dictionary<int, Entry> known;
        lock (_lock)
        {
            known = string.Equals(_storeId, storeId, StringComparison.Ordinal) ? _days : [];
        }

        var days = Refresh(session, known, versions, models);
        if (days.Values.Sum(entry => entry.Costs.Length) <= MaxSums)
        {
            lock (_lock)
            {
                _days = days;
                _storeId = storeId;
            }
        }

        var total = new Dictionary<int, Cost>();
        foreach (var (model, cost) in days.Values.SelectMany(entry => entry.Costs))
        {
            total[model] = total.GetValueOrDefault(model) + cost;
        }

        return total;
    }

    /// <summary>The same for some users only; not cached.</summary>
    public Dictionary<int, Cost> ReadUsers(SqlSession session, IEnumerable<int> users, IReadOnlyDictionary<int, ModelRef> models)
    {
        var total = new Dictionary<int, Cost>();
        using var rows = session.Query(DaySql.ModelsOfUsers, ("users", users.Select(user => (long)user).ToArray()));
        foreach (var (_, cell) in reader.ReadModels(rows, models))
        {
            total[cell.Model] = total.GetValueOrDefault(cell.Model) + cell.Cost;
        }

        return total;
    }

    private Dictionary<int, Entry> Refresh(
        SqlSession session,
        Dictionary<int, Entry> known,
        IReadOnlyList<(int Day, long Version)> versions,
        IReadOnlyDictionary<int, ModelRef> models)
    {
        var days = new Dictionary<int, Entry>(versions.Count);
        var changed = new List<(int Day, long Version)>();
        foreach (var (day, version) in versions)
        {
            if (known.TryGetValue(day, out var entry) && entry.Version == version)
            {
                days[day] = entry;
            }
            else
            {
                changed.Add((day, version));
            }
        }

        var ranges = changed.Count > Sweep ? [(changed[0].Day, changed[^1].Day)] : changed.Select(pair => (pair.Day, pair.Day));
        var read = new Dictionary<int, List<(int, Cost)>>();
        foreach (var (from, to) in ranges)
        {
            using var rows = session.Query(DaySql.Models, ("from", from), ("to", to));
            foreach (var (day, cell) in reader.ReadModels(rows, models))
            {
                if (!read.TryGetValue(day, out var costs))
                {
                    read[day] = costs = [];
                }

                costs.Add((cell.Model, cell.Cost));
            }
        }

        foreach (var (day, version) in changed)
        {
            days[day] = new Entry(version, read.TryGetValue(day, out var costs) ? [.. costs] : []);
        }

        return days;
    }

    private sealed record Entry(long Version, (int Model, Cost Cost)[] Costs);
}
