using System.Text.RegularExpressions;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Architecture.Tests;

/// <summary>The house style's rules about files.</summary>
public sealed partial class SourceTests
{
    private static readonly string Root = RepositoryRoot.Path;

    [Fact]
    public void SourceFiles_StayWithinTheirSize()
    {
        var tooLong = Files("*.cs").Concat(Files("*.razor")).Concat(Files("*.ts"))
            .Select(path => (path, lines: File.ReadLines(path).Count()))
            .Where(file => file.lines > (InTests(file.path) ? 700 : 400))
            .Select(file => $"{Path.GetRelativePath(Root, file.path)}: {file.lines} lines");

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Namespaces_EqualFolders()
    {
        var wrong = Files("*.cs")
            .Select(path => (path, declared: NamespaceLine().Match(File.ReadAllText(path)).Groups["name"].Value))
            .Where(file => file.declared.Length > 0 && !string.Equals(file.declared, Expected(file.path), StringComparison.Ordinal))
            .Select(file => $"{Path.GetRelativePath(Root, file.path)}: {file.declared}");

        Assert.Empty(wrong);
    }

    [Fact]
    public void Sql_StandsOnlyInSqlFiles()
    {
        var wrong = Files("*.cs")
            .Where(path => !InTests(path) && path.Contains("Ccflux.Receiver", StringComparison.Ordinal) && !path.EndsWith("Sql.cs", StringComparison.Ordinal))
            .Where(path => SqlStatement().IsMatch(File.ReadAllText(path)))
            .Select(path => Path.GetRelativePath(Root, path));

        Assert.Empty(wrong);
    }

    private static string Expected(string path)
    {
        var parts = Path.GetRelativePath(Root, Path.GetDirectoryName(path)!).Split(Path.DirectorySeparatorChar);
        return string.Join('.', parts.Skip(1));
    }

    private static bool InTests(string path) =>
        path.StartsWith(Path.Combine(Root, "tests"), StringComparison.Ordinal) || path.StartsWith(Path.Combine(Root, "bench"), StringComparison.Ordinal);

    private static IEnumerable<string> Files(string pattern) => RepositoryFiles.Below(["src", "tests", "bench", "tools", "web"], pattern);

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"""\s*(SELECT|INSERT|UPDATE|DELETE|CREATE TABLE)\s", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SqlStatement();
}
