using System.Text.Json.Nodes;
using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Commands;

public sealed class InstallTests : IDisposable
{
    private readonly Machine _machine = new();
    private readonly string _tokenFile;

    public InstallTests()
    {
        _tokenFile = Path.Combine(_machine.Home, "token");
        File.WriteAllText(_tokenFile, StubReceiver.RefreshToken + "\n");
    }

    private string Dir => _machine.State.ConfigDir;

    private string Settings => Path.Combine(Dir, "settings.json");

    private string Plugins(string name) => Path.Combine(Dir, "plugins", name);

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task Install_FreshConfigDir_WritesWhatTheClientWouldAndUninstallLeavesNothing()
    {
        var result = await InstallAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain("marked-secret", result.Output + result.Error, StringComparison.Ordinal);
        var market = Path.Combine(_machine.State.Root, "marketplace");
        Assert.True(JsonNode.Parse(File.ReadAllText(Settings))!["enabledPlugins"]!["ccflux@ccflux"]!.GetValue<bool>());
        Assert.Equal(market, JsonNode.Parse(File.ReadAllText(Plugins("known_marketplaces.json")))!["ccflux"]!["installLocation"]!.GetValue<string>());
        var installed = JsonNode.Parse(File.ReadAllText(Plugins("installed_plugins.json")))!["plugins"]!["ccflux@ccflux"]![0]!;
        Assert.True(File.Exists(Path.Combine(installed["installPath"]!.GetValue<string>(), "bin", "ccflux")));
        var copied = await HookProgram.RunAsync(["version"], _machine.Environment, program: Path.Combine(market, "plugin", "bin", "ccflux"));
        Assert.StartsWith("ccflux 1.", copied.Output, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_machine.State.Config));
        }

        await _machine.RunAsync("uninstall", "--yes", "--config-dir", Dir);

        Assert.False(File.Exists(Settings));
        Assert.False(Directory.Exists(Path.Combine(Dir, "plugins")));
        Assert.False(File.Exists(_machine.State.Config));
    }

    [Fact]
    public async Task Uninstall_AfterTwoInstalls_RestoresEveryByte()
    {
        const string settings = "{ \"theme\":\"dark\",\n\n  \"enabledPlugins\": {\"ccflux@old-market\":true,\"other@x\":false} , \"naïve\": \"<ü&>\"}";
        const string markets = "{\"x\":{\"source\":{\"source\":\"github\",\"repo\":\"a/b\"}}}";
        const string plugins = "{\"version\":2,\"plugins\":{\"ccflux@old-market\":[{\"scope\":\"user\"}],\"other@x\":[]}}\n";
        Directory.CreateDirectory(Plugins(""));
        File.WriteAllText(Settings, settings);
        File.WriteAllText(Plugins("known_marketplaces.json"), markets);
        File.WriteAllText(Plugins("installed_plugins.json"), plugins);

        await InstallAsync();
        await InstallAsync();
        var enabled = JsonNode.Parse(File.ReadAllText(Settings))!["enabledPlugins"]!.AsObject();
        Assert.Equal(["other@x", "ccflux@ccflux"], enabled.Select(pair => pair.Key), StringComparer.Ordinal);
        await _machine.RunAsync("uninstall", "--yes", "--config-dir", Dir);

        Assert.Equal(settings, File.ReadAllText(Settings));
        Assert.Equal(markets, File.ReadAllText(Plugins("known_marketplaces.json")));
        Assert.Equal(plugins, File.ReadAllText(Plugins("installed_plugins.json")));
    }

    [Fact]
    public async Task Uninstall_SettingsChangedSince_TakesOnlyOursOut()
    {
        File.WriteAllText(Settings, "{\"theme\":\"dark\"}");
        await InstallAsync();
        var changed = JsonNode.Parse(File.ReadAllText(Settings))!;
        changed["model"] = "opus";
        File.WriteAllText(Settings, changed.ToJsonString());

        await _machine.RunAsync("uninstall", "--yes", "--config-dir", Dir);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("{\"theme\":\"dark\",\"model\":\"opus\"}"), JsonNode.Parse(File.ReadAllText(Settings))));
    }

    [Fact]
    public async Task Install_DamagedSettings_ChangesNothing()
    {
        File.WriteAllText(Settings, "{ not json");

        var result = await InstallAsync();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is damaged", result.Output, StringComparison.Ordinal);
        Assert.Equal("{ not json", File.ReadAllText(Settings));
        Assert.False(Directory.Exists(_machine.State.Root));
    }

    [Theory]
    [InlineData("http://example.org", "not encrypted")]
    [InlineData("nowhere", "no web address")]
    public async Task Install_EndpointNotAllowed_SaysWhyAndInstallsNothing(string endpoint, string expected)
    {
        var result = await InstallAsync(endpoint);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Settings));
    }

    [Fact]
    public async Task Install_TelemetryAndStatusLine_AreSetAndUninstallRestoresEveryByte()
    {
        const string before = """
            { "env": {"OTEL_EXPORTER_OTLP_ENDPOINT":"https://old.example.org", "X":"y"},
              "statusLine": { "type": "command","command":"my 'own' line $HOME", "padding":0 } }
            """;
        File.WriteAllText(Settings, before);

        await InstallAsync();
        var result = await InstallExtrasAsync();
        await InstallAsync(); // a later installation without the options leaves both as they are

        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain("marked-secret", result.Output + result.Error, StringComparison.Ordinal);
        var settings = JsonNode.Parse(File.ReadAllText(Settings))!;
        Assert.Equal("https://ccflux.example.org", settings["env"]!["OTEL_EXPORTER_OTLP_ENDPOINT"]!.GetValue<string>());
        Assert.Equal("http/protobuf", settings["env"]!["OTEL_EXPORTER_OTLP_PROTOCOL"]!.GetValue<string>());
        Assert.Equal("Authorization=Bearer ttok_marked-secret", settings["env"]!["OTEL_EXPORTER_OTLP_HEADERS"]!.GetValue<string>());
        Assert.Equal("y", settings["env"]!["X"]!.GetValue<string>());
        Assert.Equal(0, settings["statusLine"]!["padding"]!.GetValue<int>());
        Assert.EndsWith(@"/ccflux' statusline -- /bin/sh -c 'my '\''own'\'' line $HOME'", settings["statusLine"]!["command"]!.GetValue<string>(), StringComparison.Ordinal);
        var status = await _machine.RunAsync("status");
        Assert.Contains("Telemetry    on (Claude Code's own, by settings.json: http/protobuf to https://ccflux.example.org)", status.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("marked-secret", status.Output + (await _machine.RunAsync("status", "--json")).Output, StringComparison.Ordinal);

        await _machine.RunAsync("uninstall", "--yes", "--config-dir", Dir);

        Assert.Equal(before, File.ReadAllText(Settings));
    }

    [Fact]
    public async Task Uninstall_ExtrasAndSettingsChangedSince_TakesOnlyOursOutAndPutsTheirsBack()
    {
        File.WriteAllText(Settings, """{"env":{"OTEL_LOGS_EXPORTER":"console"},"statusLine":{"type":"command","command":"mine"}}""");
        await InstallExtrasAsync();
        var changed = JsonNode.Parse(File.ReadAllText(Settings))!;
        changed["model"] = "opus";
        changed["env"]!["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        File.WriteAllText(Settings, changed.ToJsonString());

        await _machine.RunAsync("uninstall", "--yes", "--config-dir", Dir);

        const string expected = """{"env":{"OTEL_LOGS_EXPORTER":"console","OTEL_EXPORTER_OTLP_PROTOCOL":"grpc"},"statusLine":{"type":"command","command":"mine"},"model":"opus"}""";
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(File.ReadAllText(Settings))), File.ReadAllText(Settings));
    }

    [Fact]
    public async Task Install_StatusLineThroughTheShell_DrawsTheirsAndOurs()
    {
        File.WriteAllText(Settings, """{"statusLine":{"type":"command","command":"echo \"it's $((1+1))\""}}""");
        await InstallExtrasAsync();
        var command = JsonNode.Parse(File.ReadAllText(Settings))!["statusLine"]!["command"]!.GetValue<string>();

        var result = await HookProgram.RunAsync(["-c", command], _machine.Environment, """{"model":{"id":"m"}}""", program: "/bin/sh");

        Assert.Equal(new ProgramResult(0, "it's 2\nm\n", ""), result);
    }

    [Fact]
    public async Task Install_TelemetryTokenThatIsNone_SaysSoAndInstallsNothing()
    {
        File.WriteAllText(_tokenFile, "two words");

        var result = await _machine.RunAsync("install", "--yes", "--config-dir", Dir, "--endpoint", "https://ccflux.example.org", "--telemetry-token-file", _tokenFile);

        Assert.Equal(2, result.ExitCode);
        Assert.DoesNotContain("two words", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Settings));
    }

    private async Task<ProgramResult> InstallExtrasAsync()
    {
        var file = Path.Combine(_machine.Home, "telemetry-token");
        File.WriteAllText(file, "ttok_marked-secret\n");
        return await _machine.RunAsync(
            "install", "--yes", "--config-dir", Dir, "--endpoint", "https://ccflux.example.org", "--token-file", _tokenFile, "--telemetry", "--telemetry-token-file", file, "--statusline");
    }

    private Task<ProgramResult> InstallAsync(string endpoint = "https://ccflux.example.org") =>
        _machine.RunAsync("install", "--yes", "--config-dir", Dir, "--endpoint", endpoint, "--token-file", _tokenFile);
}
