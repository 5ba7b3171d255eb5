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
    [InlineData("nowhere", "not a web URL")]
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
        await InstallAsync(); // a later installation without the options leaves both unchanged

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

    [Fact]
    public async Task Install_SettingsWithAKeyTwice_TheLastCountsAndEveryOtherByteStays()
    {
        const string before = "{\n\t\"model\": \"opus\",\n\t\"model\": \"sonnet\",\n\t\"enabledPlugins\": {\"a@b\": true, \"a@b\": false}\n}";
        File.WriteAllText(Settings, before);

        var result = await InstallAsync();

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var after = File.ReadAllText(Settings);
        Assert.StartsWith("{\n\t\"model\": \"opus\",\n\t\"model\": \"sonnet\",\n\t\"enabledPlugins\": {\"a@b\": true, \"a@b\": false, \"ccflux@ccflux\": true},\n\t\"extraKnownMarketplaces\"", after, StringComparison.Ordinal);

        File.WriteAllText(Settings, after.Replace("sonnet", "haiku", StringComparison.Ordinal)); // changed since: our entries are removed one by one
        result = await _machine.RunAsync("uninstall", "--yes", "--config-dir", Dir);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(before.Replace("sonnet", "haiku", StringComparison.Ordinal), File.ReadAllText(Settings));
    }

    [Theory]
    [InlineData("plugins/known_marketplaces.json", """{"x":1,"x":2}""")]
    [InlineData("plugins/installed_plugins.json", """{"version":1,"version":2,"plugins":{"a@b":[],"a@b":[{"scope":"user"}]}}""")]
    [InlineData("ccflux/config.json", """{"token":"rtok_one","token":"rtok_two"}""")]
    [InlineData("ccflux/install.json", """{"files":null,"files":[{"path":null}]}""")]
    [InlineData("ccflux/install.json", """{"files":[{"path":"x","before_base64":"no base64!","after":""}]}""")]
    [InlineData("settings.json", "\n")]
    public async Task InstallAndUninstall_FilesThatOthersWrote_EndWell(string name, string text)
    {
        var path = Path.Combine(Dir, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);

        var installed = await InstallAsync();
        var removed = await _machine.RunAsync("uninstall", "--yes", "--config-dir", Dir);

        Assert.Equal((0, "", 0, ""), (installed.ExitCode, installed.Error, removed.ExitCode, removed.Error));
        if (!name.StartsWith("ccflux/install", StringComparison.Ordinal))
        {
            Assert.Equal(text, File.ReadAllText(path));
        }
    }

    [Theory]
    [InlineData("ln -s nowhere/settings.json .claude/settings.json", "whose folder does not exist")]
    [InlineData("ln -s settings.json .claude/settings.json", "leads in a circle")]
    [InlineData("mkdir .claude/settings.json", "is a folder where a file belongs")]
    [InlineData("echo '{}' > .claude/settings.json; chmod 444 .claude/settings.json", "is read-only")]
    [InlineData("echo x > .claude/plugins", "where a folder belongs")]
    [InlineData("mkdir -p .claude/plugins/installed_plugins.json", "is a folder where a file belongs")]
    [InlineData("echo x > .claude/ccflux", "is a link or a file")]
    [InlineData("mkdir -p .claude/ccflux/config.json", "is a folder where a file belongs")]
    public async Task Install_SomethingCannotBeWritten_WritesNothingAndSaysWhy(string spoil, string expected)
    {
        await HookProgram.RunAsync(["-c", $"cd '{_machine.Home}' && {spoil}"], new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "/usr/bin:/bin" }, program: "/bin/sh");
        var before = Tree();

        var result = await InstallAsync();

        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was written", result.Output, StringComparison.Ordinal);
        Assert.Equal(before, Tree());
    }

    [Fact]
    public async Task Install_OneOfTwoFoldersCannotBeWritten_WritesInNeither()
    {
        var second = Directory.CreateDirectory(Path.Combine(_machine.Home, ".claude-work", "projects")).Parent!.FullName;
        Directory.CreateDirectory(Path.Combine(second, "settings.json"));
        var before = Tree();

        var result = await _machine.RunAsync("install", "--yes", "--no-check", "--endpoint", "https://ccflux.example.org", "--token-file", _tokenFile);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Nothing was written, in any folder", result.Output, StringComparison.Ordinal);
        Assert.Equal(before, Tree());
    }

    [Fact]
    public async Task Install_SettingsThatAreALink_StayOneAndTheirTargetIsWritten()
    {
        var target = Path.Combine(_machine.Home, "dotfiles.json");
        File.WriteAllText(target, "{\"theme\":\"dark\"}");
        File.CreateSymbolicLink(Settings, target);

        await InstallAsync();

        Assert.Equal(target, new FileInfo(Settings).LinkTarget);
        Assert.StartsWith("{\"theme\":\"dark\",\"enabledPlugins\":{\"ccflux@ccflux\":true}", File.ReadAllText(target), StringComparison.Ordinal);

        await _machine.RunAsync("uninstall", "--yes", "--config-dir", Dir);

        Assert.Equal(target, new FileInfo(Settings).LinkTarget);
        Assert.Equal("{\"theme\":\"dark\"}", File.ReadAllText(target));
    }

    [Fact]
    public async Task Uninstall_SettingsThatCannotBeWritten_TakesNothingOut()
    {
        await InstallAsync();
        File.WriteAllText(Settings, "{ not json");

        var result = await _machine.RunAsync("uninstall", "--yes", "--config-dir", Dir);

        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.Contains("is damaged", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(_machine.State.Config));
        Assert.True(File.Exists(Plugins("known_marketplaces.json")));
    }

    [Fact]
    public async Task InstallAndUninstall_OfManyFolders_TakeTheClientsAndLeaveTheRestAlone()
    {
        foreach (var folder in new[] { ".claude-work/projects", ".claude-mem", ".claude-code-router", ".claude-squad", ".claude-backup-2025/projects", ".claude-second", ".claude-third" })
        {
            Directory.CreateDirectory(Path.Combine(_machine.Home, folder));
        }

        File.WriteAllText(Path.Combine(_machine.Home, ".claude-mem", "settings.json"), """{"MEM_MODEL":"x"}""");
        File.WriteAllText(Path.Combine(_machine.Home, ".claude-code-router", "config.json"), "{}");
        File.WriteAllText(Path.Combine(_machine.Home, ".claude-second", ".credentials.json"), "{}");
        File.WriteAllText(Path.Combine(_machine.Home, ".claude-third", "settings.json"), """{"permissions":{"allow":[]}}""");
        Directory.CreateSymbolicLink(Path.Combine(_machine.Home, ".claude-link"), Dir);

        var installed = await _machine.RunAsync("install", "--yes", "--no-check", "--endpoint", "https://ccflux.example.org", "--token-file", _tokenFile);
        string[] folders = [.. Configured()];
        var removed = await _machine.RunAsync("uninstall", "--yes");

        Assert.Equal((0, 0), (installed.ExitCode, removed.ExitCode));
        Assert.Equal([".claude", ".claude-second", ".claude-third", ".claude-work"], folders);
        Assert.Contains(".claude-backup-2025 looks like a copy", installed.Output, StringComparison.Ordinal);
        Assert.Equal("""{"MEM_MODEL":"x"}""", File.ReadAllText(Path.Combine(_machine.Home, ".claude-mem", "settings.json")));
        Assert.Empty(Configured());
    }

    [Fact]
    public async Task Install_FolderThatIsNamed_IsTakenEvenWhereItIsNew()
    {
        var result = await _machine.RunAsync("install", "--yes", "--no-check", "--endpoint", "https://ccflux.example.org", "--token-file", _tokenFile, "--config-dir", "~/.claude-new,~/.claude-backup");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal([".claude-backup", ".claude-new"], Configured());
    }

    [Fact]
    public async Task Install_ReceiverThatTakesTheToken_IsChecked()
    {
        await using var receiver = await StubReceiver.StartAsync();

        var result = await CheckedAsync(receiver.Address);

        Assert.Equal(0, result.ExitCode);
        Assert.EndsWith($"Connected to {new Uri(receiver.Address).Authority} as amara@example.org.", result.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(1, receiver.TokensIssued);
    }

    [Theory]
    [InlineData(401, "Installed, but the receiver at http://127.0.0.1")]
    [InlineData(401, "refuses this token: ")]
    [InlineData(404, "is not a ccflux receiver")]
    [InlineData(302, "is not a ccflux receiver")]
    [InlineData(200, "is not a ccflux receiver")]
    [InlineData(503, "did not check the token (HTTP 503)")]
    public async Task Install_ReceiverThatDoesNotTakeTheToken_SaysWhyAndExits3(int status, string expected)
    {
        await using var receiver = await StubReceiver.StartAsync();
        receiver.Instead = context =>
        {
            context.Response.StatusCode = status;
            return true;
        };

        var result = await CheckedAsync(receiver.Address);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Settings)); // installed nevertheless
        Assert.Equal(status == 401 ? 3 : 0, (await _machine.RunAsync("status", "--config-dir", Dir)).ExitCode);
        Assert.DoesNotContain("marked-secret", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_ReceiverThatIsNotThere_SaysSoAndExits3()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://{taken.LocalEndpoint}";
        taken.Stop();

        var result = await CheckedAsync(address);
        var offline = await InstallAsync(address);

        Assert.Equal((3, 0), (result.ExitCode, offline.ExitCode));
        Assert.Contains("cannot be reached: no connection", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_TokenThatIsNone_SaysSoAndInstallsNothing()
    {
        File.WriteAllText(_tokenFile, "two words");

        var result = await InstallAsync();

        Assert.Equal(2, result.ExitCode);
        Assert.DoesNotContain("two words", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Settings));
    }

    private Task<ProgramResult> CheckedAsync(string endpoint) =>
        _machine.RunAsync("install", "--yes", "--config-dir", Dir, "--endpoint", endpoint, "--token-file", _tokenFile);

    /// <summary>Every path below the home folder, with the targets of links.</summary>
    private string[] Tree() =>
    [
        .. Directory.EnumerateFileSystemEntries(_machine.Home, "*", SearchOption.AllDirectories).Select(path => $"{path} {new FileInfo(path).LinkTarget}").Order(StringComparer.Ordinal),
    ];

    /// <summary>The folders that contain a token, by name.</summary>
    private IEnumerable<string> Configured() => Directory.EnumerateDirectories(_machine.Home)
        .Where(dir => new DirectoryInfo(dir).LinkTarget is null && File.Exists(Path.Combine(dir, "ccflux", "config.json")))
        .Select(dir => Path.GetFileName(dir))
        .Order(StringComparer.Ordinal);

    private async Task<ProgramResult> InstallExtrasAsync()
    {
        var file = Path.Combine(_machine.Home, "telemetry-token");
        File.WriteAllText(file, "ttok_marked-secret\n");
        return await _machine.RunAsync(
            "install", "--yes", "--no-check", "--config-dir", Dir, "--endpoint", "https://ccflux.example.org", "--token-file", _tokenFile, "--telemetry", "--telemetry-token-file", file, "--statusline");
    }

    private Task<ProgramResult> InstallAsync(string endpoint = "https://ccflux.example.org") =>
        _machine.RunAsync("install", "--yes", "--no-check", "--config-dir", Dir, "--endpoint", endpoint, "--token-file", _tokenFile);
}
