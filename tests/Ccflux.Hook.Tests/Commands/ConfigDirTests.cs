using System.Text.Json;
using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Commands;

/// <summary>CLAUDE_CONFIG_DIR and --config-dir are read the same way by every command.</summary>
public sealed class ConfigDirTests : IDisposable
{
    private readonly Machine _machine = new();
    private readonly string _second;

    public ConfigDirTests()
    {
        _machine.AddTurn("s1", new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero), output: 100);
        _second = Path.Combine(_machine.Home, ".claude-work");
        Directory.CreateDirectory(Path.Combine(_second, "projects", "-p"));
        File.WriteAllText(Path.Combine(_second, "projects", "-p", "s2.jsonl"), File.ReadAllText(_machine.Transcript("s1")).Replace("s1", "s2", StringComparison.Ordinal));
    }

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData("{home}/.claude", 100)]
    [InlineData("{home}/.claude,{home}/.claude-work", 200)]
    [InlineData(" {home}/.claude , ~/.claude-work,{home}/.claude", 200)]
    [InlineData("~/.claude-work", 100)]
    [InlineData("~/.claude-work/", 100)]
    public async Task Usage_FoldersThatAreNamed_AreAddedUp(string value, long output)
    {
        value = value.Replace("{home}", _machine.Home, StringComparison.Ordinal);
        var spaced = await OutputAsync("usage", "--json", "--config-dir", value);
        var joined = await OutputAsync("usage", "--json", $"--config-dir={value}");
        _machine.Environment["CLAUDE_CONFIG_DIR"] = value;
        var variable = await OutputAsync("usage", "--json");

        Assert.Equal((output, output, output), (spaced, joined, variable));
    }

    [Fact]
    public async Task FolderWithACommaInItsName_IsOneFolder()
    {
        var odd = _second + ",2";
        Directory.Move(_second, odd);

        Assert.Equal(100, await OutputAsync("usage", "--json", "--config-dir", odd));
    }

    [Theory]
    [InlineData("usage")]
    [InlineData("status")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("backfill")]
    [InlineData("deliver")]
    [InlineData("agent")]
    [InlineData("uninstall", "--yes")]
    [InlineData("agent", "enrol", "--endpoint", "http://127.0.0.1:9")]
    public async Task AnyCommand_FolderThatIsNotThere_SaysSoAndExits2(params string[] command)
    {
        var missing = Path.Combine(_machine.Home, "nowhere");

        var spaced = await _machine.RunAsync([.. command, "--config-dir", missing]);
        var joined = await _machine.RunAsync([.. command, $"--config-dir={missing}"]);
        _machine.Environment["CLAUDE_CONFIG_DIR"] = "~/nowhere";
        var variable = await _machine.RunAsync(command);

        Assert.Equal(($"There is no folder {missing}.\n", 2), (spaced.Output + spaced.Error, spaced.ExitCode));
        Assert.Equal(spaced, joined);
        Assert.Equal(spaced, variable);
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public async Task Status_OfSeveralFolders_TellsOfEach()
    {
        var result = await _machine.RunAsync("status", "--config-dir", $"~/.claude,{_second}");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"for {_machine.State.ConfigDir}\n", result.Output, StringComparison.Ordinal);
        Assert.Contains($"for {_second}\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_OfSeveralFolders_IsRefused()
    {
        var result = await _machine.RunAsync("deliver", "--config-dir", $"~/.claude,{_second}");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("takes one", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DesktopAgentMode_WithoutANamedFolder_IsCountedAndNamed()
    {
        var session = Path.Combine(_machine.Home, OperatingSystem.IsMacOS() ? "Library/Application Support" : ".config", "Claude", "local-agent-mode-sessions", "org", "account", "local_1");
        Directory.CreateDirectory(Path.Combine(session, ".claude"));
        Directory.Move(Path.Combine(_second, "projects"), Path.Combine(session, ".claude", "projects"));
        File.Copy(_machine.Transcript("s1"), Path.Combine(session, "audit.jsonl"));

        var json = (await _machine.RunAsync("usage", "--json")).Output;
        var text = (await _machine.RunAsync("usage")).Output;
        var named = (await _machine.RunAsync("usage", "--json", "--config-dir", _machine.State.ConfigDir)).Output;
        var status = (await _machine.RunAsync("status")).Output;

        using var all = JsonDocument.Parse(json);
        Assert.Equal(200, all.RootElement.GetProperty("totals").GetProperty("output_tokens").GetInt64());
        Assert.Equal((1, 100), (all.RootElement.GetProperty("desktop_agent_mode").GetProperty("sessions").GetInt32(), all.RootElement.GetProperty("desktop_agent_mode").GetProperty("output_tokens").GetInt32()));
        Assert.Contains("1 session of Claude Desktop's agent mode is included (100 output tokens); no hook reports it", text, StringComparison.Ordinal);
        Assert.DoesNotContain("desktop", named, StringComparison.Ordinal);
        Assert.Contains("Desktop      1 session of Claude Desktop's agent mode", status, StringComparison.Ordinal);
    }

    private async Task<long> OutputAsync(params string[] arguments)
    {
        var result = await _machine.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        using var json = JsonDocument.Parse(result.Output);
        return json.RootElement.GetProperty("totals").GetProperty("output_tokens").GetInt64();
    }
}
