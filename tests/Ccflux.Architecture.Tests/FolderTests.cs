using System.Reflection;
using Xunit;

namespace Ccflux.Architecture.Tests;

/// <summary>Folders depend on each other in one direction, so that each can be read on its own.</summary>
public sealed class FolderTests
{
    // These wire a slice together: they name all of its folders, and every folder may name them.
    private static readonly string[] Wiring = ["Feature", "Registration", "Options", "Metrics"];

    [Theory]
    [InlineData("ccflux-receiver")]
    [InlineData("ccflux")]
    [InlineData("Ccflux.Storage")]
    [InlineData("Ccflux.Contracts")]
    public void Folders_FormNoCircle(string assembly)
    {
        var uses = SliceGraph.Folders(Assembly.Load(assembly), IsCounted);

        if (Circles(uses).ToList() is { Count: > 0 } circles)
        {
            Assert.Fail(string.Join('\n', circles));
        }
    }

    private static bool IsCounted(Type type) =>
        type.Namespace?.StartsWith("Ccflux.", StringComparison.Ordinal) == true && type.Name is not "Program" && !Wiring.Any(suffix => type.Name.EndsWith(suffix, StringComparison.Ordinal));

    // Uses between two folders that each lead to the other.
    private static IEnumerable<string> Circles(IReadOnlyList<FolderUse> uses)
    {
        var next = uses.GroupBy(use => use.From, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(use => use.To).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        return uses.Where(use => Reaches(next, use.To, use.From)).Select(use => $"{use.From} -> {use.To}: {use.FromType} uses {use.ToType}").Order(StringComparer.Ordinal);
    }

    private static bool Reaches(Dictionary<string, HashSet<string>> next, string from, string to)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { from };
        var left = new Stack<string>([from]);
        while (left.TryPop(out var folder))
        {
            if (string.Equals(folder, to, StringComparison.Ordinal))
            {
                return true;
            }

            foreach (var other in next.GetValueOrDefault(folder) ?? [])
            {
                if (seen.Add(other))
                {
                    left.Push(other);
                }
            }
        }

        return false;
    }
}
