using Ccflux.Hook.Delivery;
using Ccflux.Hook.Install;
using Ccflux.Hook.Tests.Support;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Commands;

public sealed class HookStatusTests : IDisposable
{
    private const string Enabled = """{"enabledPlugins":{"ccflux@ccflux":true}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ccflux-hooks-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(null, Enabled, true, null)]
    [InlineData(null, """{"enabledPlugins":{"ccflux@another-marketplace":true}}""", true, null)]
    [InlineData(null, null, false, "not enabled")]
    [InlineData(null, """{"enabledPlugins":{"ccflux-fleet@ccflux":true}}""", false, "not enabled")]
    [InlineData(null, """{"enabledPlugins":{"ccflux@ccflux":false}}""", false, "settings.json disables the plugin")]
    [InlineData(null, """{"disableAllHooks":true,"enabledPlugins":{"ccflux@ccflux":true}}""", false, "settings.json turns all hooks off")]
    [InlineData(null, """{"disableAllHooks":false,"disableAllHooks":true,"enabledPlugins":{"ccflux@ccflux":true}}""", false, "settings.json turns all hooks off")]
    [InlineData("""{"disableAllHooks":true}""", Enabled, false, "Managed settings turn all hooks off")]
    [InlineData("""{"disableAllHooks":true,"enabledPlugins":{"ccflux@ccflux":true}}""", Enabled, false, "Managed settings turn all hooks off")]
    [InlineData("""{"allowManagedHooksOnly":true}""", Enabled, false, "managed hooks only")]
    [InlineData("""{"allowManagedHooksOnly":true,"enabledPlugins":{"ccflux@ccflux":true}}""", null, true, null)]
    [InlineData("""{"enabledPlugins":{"ccflux@ccflux":true}}""", """{"disableAllHooks":true}""", true, null)]
    [InlineData("""{"enabledPlugins":{"ccflux@ccflux":false}}""", Enabled, false, "Managed settings disable the plugin")]
    [InlineData(null, """{"enabledPlugins":{"ccflux@ccflux":true,"ccflux@ccflux":false}}""", false, "settings.json disables the plugin")]
    [InlineData(null, """{"enabledPlugins":{"ccflux@ccflux":false,"ccflux@ccflux":true}}""", true, null)]
    [InlineData(null, """{"enabledPlugins":{"ccflux@one":false,"ccflux@other":true}}""", true, null)]
    [InlineData("""{"enabledPlugins":{"\ud800":true}}""", Enabled, true, null)]
    [InlineData("""{"\ud800":1,"disableAllHooks":true,"enabledPlugins":{"\ud800":true}}""", Enabled, false, "Managed settings turn all hooks off")]
    [InlineData("no json", Enabled, true, null)]
    [InlineData("[1]", """{"disableAllHooks":"yes","enabledPlugins":{"ccflux@ccflux":{"version":"1"}}}""", true, null)]
    public void Read_Settings_TellsWhetherHooksRunAndWhyNot(string? managed, string? user, bool run, string? problem)
    {
        var managedFolder = _folder.CreateSubdirectory("managed").FullName;
        var settings = Path.Combine(_folder.FullName, "settings.json");
        Write(Path.Combine(managedFolder, "managed-settings.json"), managed);
        Write(settings, user);

        var status = HookStatus.Read(managedFolder, settings);

        Assert.Equal(run, status.Run);
        if (problem is null)
        {
            Assert.Empty(status.Problems);
        }
        else
        {
            Assert.Contains(problem, Assert.Single(status.Problems), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_ManagedDropIns_TheLastByNameDecides()
    {
        var dropIns = _folder.CreateSubdirectory("managed/managed-settings.d").FullName;
        Write(Path.Combine(dropIns, "10-base.json"), """{"enabledPlugins":{"ccflux@ccflux":true}}""");
        Write(Path.Combine(dropIns, "20-team.json"), """{"enabledPlugins":{"ccflux@ccflux":false}}""");

        Assert.False(HookStatus.Read(Path.Combine(_folder.FullName, "managed"), Path.Combine(_folder.FullName, "none.json")).Run);
    }

    [Fact]
    public async Task Status_HooksSwitchedOff_SaysThatNothingIsReported()
    {
        using var machine = new Machine();
        Write(Path.Combine(machine.State.ConfigDir, "settings.json"), """{"disableAllHooks":true,"enabledPlugins":{"ccflux@ccflux":true}}""");

        var text = (await machine.RunAsync("status")).Output;
        var json = (await machine.RunAsync("status", "--json")).Output;

        Assert.Contains("Hooks        off: nothing is reported", text, StringComparison.Ordinal);
        Assert.Contains("disableAllHooks", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Sending      on\n", text, StringComparison.Ordinal);
        Assert.Contains("Claude Code  2.1.139 or newer", text, StringComparison.Ordinal);
        using var status = System.Text.Json.JsonDocument.Parse(json);
        Assert.False(status.RootElement.GetProperty("hooks").GetProperty("run").GetBoolean());
        Assert.Equal("2.1.139", status.RootElement.GetProperty("oldest_claude_code").GetString());
    }

    [Theory]
    [InlineData("plugin/.claude-plugin/plugin.json")]
    [InlineData("plugin-fleet/.claude-plugin/plugin.json")]
    [InlineData("plugin/README.md")]
    [InlineData("docs/user-setup.md")]
    [InlineData("tests/real-client/prove-versions.mjs")]
    public void OldestClaudeCode_WhereverItIsNamed_IsTheSame(string file) =>
        Assert.Contains(ClientVersion.OldestClaudeCode, File.ReadAllText(Path.Combine(RepositoryRoot.Path, file)), StringComparison.Ordinal);

    private static void Write(string path, string? content)
    {
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }
    }
}
