using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>What each person last stated within a period, and everything that was ever stated.</summary>
internal sealed class LabelValues
{
    /// <summary>The most values of one label that a filter offers; others can be asked for by name.</summary>
    public const int MaxOffered = 200;

    private readonly Dictionary<(string Name, string Person), Stated> _stated = [];
    private readonly Dictionary<string, Dictionary<string, long>> _offered = new(StringComparer.Ordinal);

    private LabelValues(SqlSession session, PeopleDirectory people, IReadOnlyList<string> names, TelemetryFilter filter)
    {
        foreach (var name in names)
        {
            _offered[name] = new Dictionary<string, long>(StringComparer.Ordinal);
        }

        using var rows = session.Query(TelemetryReadSql.Labels);
        while (rows.Read())
        {
            if (_offered.TryGetValue(rows.Text(1), out var offered) && people.SpeakerOf(rows.Int32(0)) is { } person)
            {
                Add(offered, rows.Text(1), person.Name, new Stated(rows.Text(2), rows.Int64(3), rows.Int64(4)), filter);
            }
        }

        Choices = [.. names.Select(name => new LabelChoice(
            name, [.. _offered[name].OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MaxOffered).Select(pair => pair.Key).Order(StringComparer.Ordinal)]))];
    }

    /// <summary>The choices for each label, in the order of <see cref="LabelNames.All"/>.</summary>
    public IReadOnlyList<LabelChoice> Choices { get; }

    public static LabelValues Read(SqlSession session, PeopleDirectory people, IReadOnlyList<string> names, TelemetryFilter filter) => new(session, people, names, filter);

    /// <summary>Empty if the person stated nothing in the period.</summary>
    public string Of(string name, string person) => _stated.TryGetValue((name, person), out var stated) ? stated.Value : "";

    /// <summary>Whether a person matches the filters: one of the values of each label.</summary>
    public bool Holds(string person, IReadOnlyList<LabelFilter> filters)
    {
        foreach (var filter in filters)
        {
            if (!filter.Values.Contains(Of(filter.Name, person), StringComparer.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    private void Add(Dictionary<string, long> offered, string name, string person, in Stated stated, TelemetryFilter filter)
    {
        offered[stated.Value] = Math.Max(offered.GetValueOrDefault(stated.Value), stated.LastAt);
        if (stated.FirstAt >= filter.EndMs || (stated.LastAt < filter.StartMs && !LabelNames.HoldsOn(name)))
        {
            return;
        }

        // For values that continue after the period, nothing shows which was stated last within it: the one that began later counts as newer.
        var within = stated with { LastAt = Math.Min(stated.LastAt, filter.EndMs - 1) };
        ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(_stated, (name, person), out var isKnown);
        if (!isKnown || within.IsAfter(last))
        {
            last = within;
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Stated(string Value, long FirstAt, long LastAt)
    {
        public bool IsAfter(in Stated other) =>
            LastAt != other.LastAt ? LastAt > other.LastAt : FirstAt != other.FirstAt ? FirstAt > other.FirstAt : string.CompareOrdinal(Value, other.Value) < 0;
    }
}
