using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>Adds up people by what they state. Each person is in exactly one group, so that the groups add up to the total.</summary>
internal static class LabelSplits
{
    /// <param name="people">All people with requests, tokens or cost in the period.</param>
    /// <param name="sessions">Sessions by person, including people without requests.</param>
    /// <param name="labels">What each states.</param>
    public static IReadOnlyList<LabelSplit> Build(IReadOnlyDictionary<string, PersonSums> people, IReadOnlyDictionary<string, long> sessions, LabelValues labels) =>
        [.. labels.Choices.Select(choice => new LabelSplit(choice.Name, choice.Values.Count == 0 ? [] : Groups(choice.Name, people, sessions, labels)))];

    private static IReadOnlyList<LabelGroup> Groups(string name, IReadOnlyDictionary<string, PersonSums> people, IReadOnlyDictionary<string, long> sessions, LabelValues labels)
    {
        var sums = new Dictionary<string, (int Users, RequestSum Sum, long Sessions)>(StringComparer.Ordinal);
        foreach (var (person, figures) in people)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, labels.Of(name, person), out _);
            sum.Users++;
            sum.Sum += figures.Sum;
        }

        foreach (var (person, count) in sessions)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, labels.Of(name, person), out _);
            sum.Sessions = Saturating.Add(sum.Sessions, count);
        }

        return
        [
            .. sums.Select(pair => new LabelGroup(pair.Key, pair.Value.Users, pair.Value.Sum.ToTotals(), pair.Value.Sessions))
                .OrderBy(group => group.Value.Length == 0).ThenByDescending(group => group.Totals.CostUsd).ThenByDescending(group => group.Totals.AllTokens)
                .ThenBy(group => group.Value, StringComparer.Ordinal),
        ];
    }
}
