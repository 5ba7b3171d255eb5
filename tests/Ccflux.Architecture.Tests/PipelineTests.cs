using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Ccflux.Testing;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Ccflux.Architecture.Tests;

/// <summary>What builds releases and images: workflows, scripts, Dockerfile. They run elsewhere, so these tests check what their text shows.</summary>
public sealed partial class PipelineTests
{
    private static readonly string Root = RepositoryRoot.Path;

    /// <summary>Third-party programs to measure or test against, in a version that the script names; nothing of them is built in.</summary>
    private static readonly string[] s_installsPrograms = ["tests/real-client/setup.sh", "bench/transcripts.sh"];

    [Fact]
    public void Publishing_TakesOnlyLockedPackages()
    {
        var publishes = Scripts().SelectMany(path => Commands(path).Select(command => (path, command))).Where(line => DotnetPublish().IsMatch(line.command)).ToList();

        Assert.True(publishes.Count >= 4, $"Only {publishes.Count} were found.");
        Assert.DoesNotContain(publishes, line => !line.command.Contains("-p:RestoreLockedMode=true", StringComparison.Ordinal));
        Assert.DoesNotContain(Scripts(), path => File.ReadAllText(path).Contains("RestoreLockedMode=false", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void NpmPackages_AreThoseOfTheLockFile()
    {
        var installs = Scripts()
            .Where(path => !s_installsPrograms.Contains(Path.GetRelativePath(Root, path), StringComparer.Ordinal))
            .Where(path => Commands(path).Any(command => NpmInstall().IsMatch(command)));

        Assert.Empty(installs);
        Assert.Contains(Scripts(), path => File.ReadAllText(path).Contains("npm ci", StringComparison.Ordinal));
    }

    [Fact]
    public void EveryPlatformOfARelease_HasItsLockFiles()
    {
        var hook = Platforms("hook");
        var receiver = Platforms("receiver");

        Assert.Equal(["linux-arm64", "linux-x64", "osx-arm64", "osx-x64", "win-x64"], hook);
        Assert.Equal(["linux-arm64", "linux-x64"], receiver);
        // The compiler for macOS is not available from every registry: its lock files are created by the first build there (eng/publish-hook.sh).
        var expected = hook.Where(rid => !rid.StartsWith("osx", StringComparison.Ordinal)).SelectMany(rid => new[] { $"src/Ccflux.Hook/packages.{rid}.lock.json", $"src/Ccflux.Contracts/packages.{rid}.lock.json" })
            .Concat(receiver.SelectMany(rid => new[] { $"src/Ccflux.Receiver/packages.{rid}.lock.json", $"src/Ccflux.Storage/packages.{rid}.lock.json", $"src/Ccflux.Contracts/packages.{rid}.lock.json" }));
        Assert.DoesNotContain(expected, path => !File.Exists(Path.Combine(Root, path)));
    }

    [Fact]
    public void LockFiles_NameTheCompilerOfTheBuild()
    {
        var version = XDocument.Load(Path.Combine(Root, "Directory.Build.targets")).Descendants("NativeCompilerVersion").Single().Value;
        var locked = Directory.EnumerateFiles(Path.Combine(Root, "src"), "packages*.lock.json", SearchOption.AllDirectories).SelectMany(Compilers).ToList();

        Assert.True(locked.Count >= 12, $"Only {locked.Count} were found.");
        Assert.DoesNotContain(locked, pack => pack.Version != version);
    }

    [Fact]
    public void LockFiles_AreNoPartOfTheReceiver()
    {
        var output = RepositoryRoot.BinariesOf("Ccflux.Receiver");

        Assert.True(File.Exists(Path.Combine(output, "ccflux-receiver.dll")));
        Assert.Empty(Directory.EnumerateFiles(output, "*.lock.json"));
    }

    [Fact]
    public void LockFilesOfAPlatform_DifferFromTheOthersOnlyWhereThePlatformMatters()
    {
        foreach (var project in new[] { "Ccflux.Hook", "Ccflux.Contracts", "Ccflux.Receiver", "Ccflux.Storage" })
        {
            var parts = Directory.GetFiles(Path.Combine(Root, "src", project), "packages.*-*.lock.json")
                .Select(path => (Path: Path.GetFileName(path), Text: JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("dependencies").GetProperty("net10.0").GetRawText().ReplaceLineEndings("\n")))
                .ToList();

            Assert.True(parts.Count >= 2, project);
            Assert.All(parts, part => Assert.True(part.Text == parts[0].Text, $"{project}: {part.Path} names other packages than {parts[0].Path}; eng/lock.sh renews both."));
        }
    }

    [Fact]
    public void Actions_ArePinnedToACommit()
    {
        var uses = Workflows().SelectMany(File.ReadLines).Select(line => line.Trim().TrimStart('-').Trim()).Where(line => line.StartsWith("uses:", StringComparison.Ordinal)).ToList();

        Assert.True(uses.Count >= 10, $"Only {uses.Count} were found.");
        Assert.DoesNotContain(uses, line => !PinnedAction().IsMatch(line));
        // One commit per repository of actions; otherwise an update has missed a place.
        Assert.Empty(uses.Select(line => PinnedAction().Match(line))
            .GroupBy(pin => pin.Groups["repository"].Value, pin => pin.Groups["commit"].Value, StringComparer.Ordinal)
            .Where(repository => repository.Distinct(StringComparer.Ordinal).Count() > 1).Select(repository => repository.Key));
    }

    [Fact]
    public void Workflows_GrantNothingByDefault()
    {
        foreach (var path in Workflows())
        {
            var permissions = (YamlMappingNode)Yaml(path).Children[new YamlScalarNode("permissions")];

            Assert.Equal(["contents: read"], permissions.Children.Select(entry => $"{entry.Key}: {entry.Value}"));
        }
    }

    [Fact]
    public void Runners_AreNamedByVersion()
    {
        var runners = Workflows().SelectMany(path => Runner().Matches(File.ReadAllText(path))).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

        // Each of these is available until at least April 2027; macos-14 and older, windows-2022 and older are gone or will be removed first.
        Assert.Empty(runners.Except(["macos-15", "macos-15-intel", "ubuntu-22.04", "ubuntu-22.04-arm", "ubuntu-24.04", "windows-2025"], StringComparer.Ordinal));
    }

    private static IEnumerable<string> Workflows() => Directory.EnumerateFiles(Path.Combine(Root, ".github", "workflows"), "*.yml").Order(StringComparer.Ordinal);

    private static IEnumerable<string> Scripts() =>
        new[] { "eng", "tests", "bench", "deploy", ".ci" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Root, "*.sh"))
            .Where(path => path.EndsWith(".sh", StringComparison.Ordinal) || path.EndsWith("/.ci/run", StringComparison.Ordinal) || path.EndsWith("/Dockerfile", StringComparison.Ordinal))
            .Where(path => !path.Contains("/node_modules/", StringComparison.Ordinal))
            .Concat(Workflows());

    /// <summary>A file's lines without comments, continued lines joined.</summary>
    private static IEnumerable<string> Commands(string path) =>
        ContinuedLine().Replace(File.ReadAllText(path), " ").Split('\n').Where(line => !line.TrimStart().StartsWith('#'));

    private static IEnumerable<(string Path, string Version)> Compilers(string path) =>
        from framework in JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("dependencies").EnumerateObject()
        from package in framework.Value.EnumerateObject()
        where package.Name is "Microsoft.NET.ILLink.Tasks" || package.Name.EndsWith("Microsoft.DotNet.ILCompiler", StringComparison.Ordinal)
        select ($"{System.IO.Path.GetRelativePath(Root, path)}: {package.Name}", package.Value.GetProperty("resolved").GetString()!);

    private static string[] Platforms(string job)
    {
        var jobs = (YamlMappingNode)Yaml(Path.Combine(Root, ".github", "workflows", "release.yml"))["jobs"];
        var rows = (YamlSequenceNode)jobs[job]["strategy"]["matrix"]["include"];
        return [.. rows.Select(row => ((YamlScalarNode)row["rid"]).Value!).Order(StringComparer.Ordinal)];
    }

    private static YamlMappingNode Yaml(string path)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(path)));
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    [GeneratedRegex(@"\bdotnet publish\b", RegexOptions.None, 1000)]
    private static partial Regex DotnetPublish();

    [GeneratedRegex(@"\bnpm (install|i|add|update)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NpmInstall();

    [GeneratedRegex(@"\\\n", RegexOptions.None, 1000)]
    private static partial Regex ContinuedLine();

    [GeneratedRegex(@"^uses: (?<repository>[\w-]+/[\w-]+)(/[\w-]+)?@(?<commit>[0-9a-f]{40}) # v\d+\.\d+\.\d+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PinnedAction();

    [GeneratedRegex(@"(runs-on|\{ runner): (?<name>[a-z][\w.-]*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Runner();
}
