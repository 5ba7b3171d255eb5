using System.Text.RegularExpressions;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Architecture.Tests;

/// <summary>Retired words (eng/words.txt) stay out of source, pages and docs.</summary>
public sealed class WordTests
{
    private static readonly string[] Folders = ["src", "tools", "web", "docs", "eng", "deploy", "plugin", "plugin-fleet"];
    private static readonly string[] Endings = [".cs", ".razor", ".ts", ".mjs", ".css", ".md", ".sh", ".yml", ".json"];
    private static readonly string[] Skipped = ["/fixtures/", "docs/glossary.md", "lock.json"];

    [Fact]
    public void RetiredWords_AreNotUsed()
    {
        var words = File.ReadLines(Path.Combine(RepositoryRoot.Path, "eng", "words.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t'))
            .Select(parts => (Word: new Regex(parts[0], parts[0].Contains('[', StringComparison.Ordinal) ? RegexOptions.None : RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1)), Instead: parts[1]))
            .ToList();

        var used = Files()
            .SelectMany(path => File.ReadLines(path).Select((line, index) => (Path: Path.GetRelativePath(RepositoryRoot.Path, path), Line: line, Number: index + 1)))
            .SelectMany(line => words.Where(word => word.Word.IsMatch(line.Line)).Select(word => $"{line.Path}:{line.Number}: {word.Word.Match(line.Line).Value} ({word.Instead})"))
            .ToList();

        if (used.Count > 0)
        {
            Assert.Fail(string.Join('\n', used));
        }
    }

    private static IEnumerable<string> Files() =>
        RepositoryFiles.Below(Folders)
            .Concat(Directory.EnumerateFiles(RepositoryRoot.Path, "*.md"))
            .Where(path => Endings.Contains(Path.GetExtension(path), StringComparer.Ordinal))
            .Where(path => !Skipped.Any(part => path.Contains(part, StringComparison.Ordinal)));
}
