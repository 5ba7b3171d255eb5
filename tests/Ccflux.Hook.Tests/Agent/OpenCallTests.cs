using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.Sessions;
using Ccflux.Hook.Tests.Support;
using Xunit;

namespace Ccflux.Hook.Tests.Agent;

/// <summary>When a tool call counts as open, by the order of events observed from the real client.</summary>
public sealed class OpenCallTests : IDisposable
{
    private readonly FleetMachine _machine = new();
    private readonly System.Diagnostics.Process _client;

    public OpenCallTests() => _client = _machine.Client();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task Calls_ThatRunAtOnce_AreClosedEachByItsOwn()
    {
        await HookAsync("UserPromptSubmit", "p1");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => HookAsync("PreToolUse", "p1", $"toolu_{i}")));
        await Task.WhenAll(Enumerable.Range(0, 7).Select(i => HookAsync(i % 2 == 0 ? "PostToolUse" : "PostToolUseFailure", "p1", $"toolu_{i}")));
        Assert.Equal(SessionState.Tool, State());

        await HookAsync("PostToolUse", "p1", "toolu_7");

        Assert.Equal(SessionState.Turn, State());
    }

    [Fact]
    public async Task Call_ThatTheUserDenied_IsClosedByItsBatchOrByTheNextPrompt()
    {
        await HookAsync("PreToolUse", "p1", "toolu_1");
        await HookAsync("PostToolBatch", "p1", fields: ""","tool_calls":[{"tool_use_id":"toolu_1"}]""");
        Assert.Equal(SessionState.Idle, State());

        await HookAsync("PreToolUse", "p2", "toolu_2"); // denied with Escape: nothing follows
        await HookAsync("UserPromptSubmit", "p3");
        Assert.Equal(SessionState.Tool, State()); // a prompt may be typed while a call runs
        await HookAsync("PreToolUse", "p3", "toolu_3");
        await HookAsync("PostToolUse", "p3", "toolu_3");
        Assert.Equal(SessionState.Turn, State());
    }

    [Fact]
    public async Task Stop_ClosesTheSessionsOwnCallsAndNotABackgroundSubagents()
    {
        await HookAsync("UserPromptSubmit", "p1");
        await HookAsync("PreToolUse", "p1", "toolu_own");
        await HookAsync("PreToolUse", "p1", "toolu_sub", ",\"agent_id\":\"a1\"");
        await HookAsync("Stop", "p1");
        Assert.Equal(SessionState.Tool, State());
        Assert.Equal(["toolu_sub"], Directory.GetFiles(_machine.Fleet.CallFolder("s1")).Select(Path.GetFileName));

        await HookAsync("SubagentStop", "p1", fields: ",\"agent_id\":\"a1\"");

        Assert.Equal(SessionState.Idle, State());
    }

    [Fact]
    public async Task Session_ThatEnds_LeavesNothing()
    {
        await HookAsync("SessionStart", null);
        await HookAsync("PreToolUse", "p1", "toolu_1");

        await HookAsync("SessionEnd", "p1");

        Assert.Empty(new SessionRegistry(_machine.Fleet).Read());
        Assert.Empty(Directory.GetFileSystemEntries(_machine.Fleet.Sessions));
        Assert.Empty(Directory.GetFileSystemEntries(_machine.Fleet.Calls));
    }

    [Fact]
    public async Task Hooks_OfATool_LeaveNothingOfItsInputOrAnswer()
    {
        await HookAsync("PreToolUse", "p1", "toolu_1", ""","tool_name":"SecretTool","tool_input":{"command":"PROMPT-CONTENT-7f3a"}""");

        Assert.DoesNotContain(Machine.Content, _machine.Machine.Written(), StringComparison.Ordinal);
        Assert.DoesNotContain("SecretTool", _machine.Machine.Written(), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-ant-of-the-user", _machine.Machine.Written(), StringComparison.Ordinal);
    }

    private async Task HookAsync(string name, string? prompt, string? call = null, string fields = "")
    {
        if (!File.Exists(_machine.Fleet.SessionFile("s1")) && name is not "SessionStart")
        {
            await _machine.HookAsync(_client, "s1", "SessionStart");
        }

        await _machine.HookAsync(_client, "s1", name, $"{fields}{(prompt is null ? "" : $",\"prompt_id\":\"{prompt}\"")}{(call is null ? "" : $",\"tool_use_id\":\"{call}\"")}");
    }

    private string State() => new SessionRegistry(_machine.Fleet).Read().Single().State;
}
