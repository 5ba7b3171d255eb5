using System.Text.RegularExpressions;
using Ccflux.Testing;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Ccflux.Architecture.Tests;

/// <summary>The files in <c>deploy/</c>, as far as they can be checked without a container engine.</summary>
public sealed partial class DeployTests
{
    private static readonly string Deploy = Path.Combine(RepositoryRoot.Path, "deploy");

    /// <summary>Variables that the compose files read themselves, in addition to the receiver's settings.</summary>
    private static readonly string[] s_ofCompose = ["CCFLUX_HOST", "CCFLUX_IMAGE"];

    public static TheoryData<string> ComposeFiles => [.. Directory.EnumerateFiles(Deploy, "docker-compose.yml", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Deploy, path)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Dockerfile_CopiesWhatIsThere()
    {
        var copied = Dockerfile().Select(line => Copy().Match(line)).Where(match => match.Success && match.Groups["from"].Length == 0).SelectMany(match => match.Groups["what"].Value.Split(' ')[..^1]).ToList();

        Assert.Contains(".", copied);
        Assert.DoesNotContain(copied, path => !Path.Exists(Path.Combine(RepositoryRoot.Path, path)));
    }

    [Fact]
    public void Dockerfile_TakesItsFilesFromStagesThatItHas()
    {
        var stages = Dockerfile().Select(line => Stage().Match(line)).Where(match => match.Success).Select(match => match.Groups["name"].Value).ToList();
        var from = Dockerfile().Select(line => Copy().Match(line).Groups["from"].Value).Where(name => name.Length > 0).ToList();

        Assert.Equal(["web", "build"], stages);
        Assert.Equal(stages.Order(StringComparer.Ordinal), from.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void NodeOfTheImage_IsThatOfTheWorkflows()
    {
        var image = NodeImage().Match(string.Join('\n', Dockerfile())).Groups["version"].Value;
        var workflows = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, ".github", "workflows"), "*.yml")
            .SelectMany(path => NodeVersion().Matches(File.ReadAllText(path)).Select(match => match.Groups["version"].Value)).Distinct(StringComparer.Ordinal);

        Assert.Equal([image], workflows);
    }

    [Fact]
    public void Secrets_AreNoPartOfWhatTheImageIsBuiltFrom()
    {
        var ignored = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, ".dockerignore"));

        Assert.Superset(new HashSet<string>(["**/.env", "**/*.db*", "data", ".git"], StringComparer.Ordinal), new HashSet<string>(ignored, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(ComposeFiles))]
    public void ComposeFile_SetsOnlyWhatIsDocumented(string file)
    {
        var settings = Settings();
        var named = Services(file).SelectMany(service => service.Value.Children.TryGetValue("environment", out var environment) ? ((YamlMappingNode)environment).Children.Keys : [])
            .Select(key => ((YamlScalarNode)key).Value!)
            .Concat(Variable().Matches(File.ReadAllText(Path.Combine(Deploy, file))).Select(match => match.Groups["name"].Value))
            .Concat(EnvName().Matches(File.ReadAllText(Path.Combine(Deploy, Path.GetDirectoryName(file)!, ".env.example"))).Select(match => match.Groups["name"].Value))
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.True(named.Count >= 4, $"Only {named.Count} were found.");
        Assert.DoesNotContain(named, name => !settings.Contains(name) && !s_ofCompose.Contains(name, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(ComposeFiles))]
    public void ComposeFile_LeadsToThePortThatTheImageListensOn(string file)
    {
        var image = string.Join('\n', Dockerfile());
        var port = ExposedPort().Match(image).Groups["port"].Value;
        var receiver = Services(file)["receiver"];
        var published = receiver.Children.TryGetValue("ports", out var ports) ? ((YamlSequenceNode)ports).Select(entry => ((YamlScalarNode)entry).Value!.Split(':')[^1]) : [];

        Assert.Contains($"LISTEN_ADDR=0.0.0.0:{port}", image, StringComparison.Ordinal);
        Assert.All(published, target => Assert.Equal(port, target));
        Assert.Contains($"http://127.0.0.1:{port}/health", receiver["healthcheck"]["test"].ToString(), StringComparison.Ordinal);
        Assert.Contains($"receiver:{port}", File.ReadAllText(Path.Combine(Deploy, "Caddyfile")), StringComparison.Ordinal);
        Assert.Contains("VOLUME /data", image, StringComparison.Ordinal);
        Assert.Contains(((YamlSequenceNode)receiver["volumes"]).Select(entry => ((YamlScalarNode)entry).Value!), volume => volume == "data:/data");
    }

    [Theory]
    [MemberData(nameof(ComposeFiles))]
    public void ComposeFile_BuildsTheDockerfileAndNamesItsVolumes(string file)
    {
        var root = Yaml(file);
        var folder = Path.Combine(Deploy, Path.GetDirectoryName(file)!);
        var build = Services(file)["receiver"]["build"];
        var context = Path.GetFullPath(Path.Combine(folder, ((YamlScalarNode)build["context"]).Value!));
        var declared = ((YamlMappingNode)root["volumes"]).Children.Keys.Select(key => ((YamlScalarNode)key).Value!);
        var used = Services(file).Values.SelectMany(service => service.Children.TryGetValue("volumes", out var volumes) ? ((YamlSequenceNode)volumes).Select(entry => ((YamlScalarNode)entry).Value!.Split(':')[0]) : [])
            .ToLookup(source => source.StartsWith('.'));

        Assert.Equal(RepositoryRoot.Path, context);
        Assert.True(File.Exists(Path.Combine(context, ((YamlScalarNode)build["dockerfile"]).Value!)));
        Assert.Equal(declared.Order(StringComparer.Ordinal), used[false].Order(StringComparer.Ordinal));
        Assert.All(used[true], source => Assert.True(Path.Exists(Path.Combine(folder, source)), source));
    }

    /// <summary>The Dockerfile's instructions, continued lines joined, without comments.</summary>
    private static string[] Dockerfile() =>
        [.. File.ReadAllText(Path.Combine(Deploy, "Dockerfile")).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Where(line => line.Length > 0 && line[0] != '#')];

    private static HashSet<string> Settings() =>
        SettingName().Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "configuration.md"))).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);

    private static Dictionary<string, YamlMappingNode> Services(string file) =>
        ((YamlMappingNode)Yaml(file)["services"]).Children.ToDictionary(entry => ((YamlScalarNode)entry.Key).Value!, entry => (YamlMappingNode)entry.Value, StringComparer.Ordinal);

    private static YamlMappingNode Yaml(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Path.Combine(Deploy, file))));
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    [GeneratedRegex(@"^COPY (--from=(?<from>\S+) )?(?<what>.+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Copy();

    [GeneratedRegex(@"^FROM \S+ AS (?<name>\S+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Stage();

    [GeneratedRegex(@"FROM node:(?<version>\d+)-", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NodeImage();

    [GeneratedRegex(@"node-version: (?<version>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NodeVersion();

    [GeneratedRegex(@"EXPOSE (?<port>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExposedPort();

    [GeneratedRegex(@"^\| `(?<name>[A-Z][A-Z0-9_]+)`", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex SettingName();

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^#?(?<name>[A-Z][A-Z0-9_]+)=", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex EnvName();
}
