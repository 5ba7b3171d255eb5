using System.Diagnostics;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Commands;

public sealed class HookCommandTests
{
    private const string Session = "9f1a8809-75b5-4077-96c2-43e35727b43f";

    [Fact]
    public async Task Hook_StopEvent_SpoolsAndPrintsNothing()
    {
        using var machine = new Machine();

        var result = await machine.HookAsync(Session);

        Assert.Equal(new ProgramResult(0, "", ""), result);
        var spooled = Assert.Single(new SpoolFile(machine.State.Spool).Read().Events);
        Assert.Equal(new HookEvent(Session, machine.Transcript(Session), "Stop"), spooled);
        Assert.DoesNotContain(Machine.Content, machine.Written(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("init", "SessionStart")]
    [InlineData("report-turn", "Stop")]
    [InlineData("session-end", "SessionEnd")]
    public async Task Aliases_LegacyInput_AreTaken(string alias, string name)
    {
        using var machine = new Machine();

        var result = await HookProgram.RunAsync([alias, "--input", machine.HookInput(Session, name)], machine.Environment);

        Assert.Equal(new ProgramResult(0, "", ""), result);
        Assert.Equal(name, Assert.Single(new SpoolFile(machine.State.Spool).Read().Events).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json at all")]
    [InlineData("{\"session_id\":\"../../etc/passwd\",\"transcript_path\":\"relative\",\"hook_event_name\":7}")]
    [InlineData("{\"session_id\":{\"deep\":[[[[[[[[]]]]]]]]}}")]
    [InlineData("[1,2,3]")]
    [InlineData("\"text\"")]
    [InlineData("\0\u0001\u0002\ufffd\uffff{")]
    public async Task Hook_AbsurdInput_IsSilentAndLogged(string input)
    {
        using var machine = new Machine();

        var result = await HookProgram.RunAsync(["hook"], machine.Environment, input);

        Assert.Equal(new ProgramResult(0, "", ""), result);
        Assert.Contains("names no session", machine.Log(machine.State.ErrorLog), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hook_HugeInput_KeepsTheFieldsAtItsFront()
    {
        using var machine = new Machine();
        var input = machine.HookInput(Session)[..^1] + ",\"more\":\"" + new string('x', 20 * 1024 * 1024) + "\"}";

        var result = await HookProgram.RunAsync(["hook"], machine.Environment, input);

        Assert.Equal(new ProgramResult(0, "", ""), result);
        Assert.Single(new SpoolFile(machine.State.Spool).Read().Events);
    }

    [Fact]
    public async Task Hook_InputThatNeverEnds_DoesNotHang()
    {
        using var machine = new Machine();
        using var process = HookProgram.Start(["hook"], machine.Environment);
        await process.StandardInput.WriteAsync(machine.HookInput(Session));
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        using var deadline = new CancellationTokenSource(TestDeadline.Ample);

        await process.WaitForExitAsync(deadline.Token);

        Assert.Equal(0, process.ExitCode);
        Assert.Single(new SpoolFile(machine.State.Spool).Read().Events);
    }

    [Fact]
    public async Task Hook_HomeThatCannotBeWritten_IsSilent()
    {
        using var machine = new Machine();
        machine.Environment["CLAUDE_CONFIG_DIR"] = "/proc/1/nothing";

        var result = await HookProgram.RunAsync(["hook"], machine.Environment, "{\"session_id\":\"s1\",\"hook_event_name\":\"Stop\"}");

        Assert.Equal(new ProgramResult(0, "", ""), result);
    }

    [Fact]
    public async Task Hook_SpoolThatCannotBeWritten_IsSilentAndLogged()
    {
        using var machine = new Machine();
        Directory.CreateDirectory(machine.State.Spool);

        var result = await machine.HookAsync(Session);

        Assert.Equal(new ProgramResult(0, "", ""), result);
        Assert.Contains("spool cannot be written", machine.Log(machine.State.ErrorLog), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spool.jsonl")]
    [InlineData("errors.log")]
    public async Task Hook_LinkInTheStateDirectory_IsNotWrittenThrough(string name)
    {
        using var machine = new Machine();
        machine.State.Create();
        var victim = Path.Combine(machine.Home, "victim");
        File.WriteAllText(victim, "theirs");
        File.CreateSymbolicLink(Path.Combine(machine.State.Root, name), victim);

        var result = await machine.HookAsync(Session);
        await HookProgram.RunAsync(["hook"], machine.Environment, "no json"); // is recorded in errors.log
        await machine.DeliverAsync();

        Assert.Equal(new ProgramResult(0, "", ""), result);
        Assert.Equal("theirs", File.ReadAllText(victim));
    }

    [Fact]
    public async Task StateDirectoryThatIsALink_NothingIsWrittenAndStatusSaysSo()
    {
        using var machine = new Machine();
        var elsewhere = Directory.CreateDirectory(Path.Combine(machine.Home, "elsewhere")).FullName;
        Directory.CreateSymbolicLink(machine.State.Root, elsewhere);

        var result = await machine.HookAsync(Session);
        var paused = await machine.RunAsync("pause");
        var status = await machine.RunAsync("status");

        Assert.Equal(new ProgramResult(0, "", ""), result);
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
        Assert.Equal(1, paused.ExitCode);
        Assert.Contains("is a link or a file, not a folder", paused.Error, StringComparison.Ordinal);
        Assert.Contains("is a link or a file, not a folder", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StateDirectoryOfAnotherUser_NothingIsWrittenAndStatusSaysSo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Giving files away needs root.");
        using var machine = new Machine();
        machine.State.Create();
        using (var chown = Process.Start(new ProcessStartInfo("chown", ["65534", machine.State.Root]) { UseShellExecute = false })!)
        {
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var result = await machine.HookAsync(Session);
        var status = await machine.RunAsync("status");

        Assert.Equal(new ProgramResult(0, "", ""), result);
        Assert.Empty(Directory.EnumerateFileSystemEntries(machine.State.Root));
        Assert.Contains("belongs to another user", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StateDirectoryThatOthersMayWriteTo_IsClosedToThem()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes.");
            return;
        }

        using var machine = new Machine();
        machine.State.Create();
        const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        File.SetUnixFileMode(machine.State.Root, Open);

        await machine.HookAsync(Session);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(machine.State.Root));
        Assert.Single(new SpoolFile(machine.State.Spool).Read().Events);
    }

    /// <summary>A client whose CLAUDE_CONFIG_DIR no shell expanded writes to a folder named ~ in the project.</summary>
    [Theory]
    [InlineData("~/.claude-work", "project/~/.claude-work")]
    [InlineData("conf", "project/conf")]
    [InlineData("~/.claude-work", ".claude-work")]
    [InlineData("~/.claude-work", null)]
    public async Task Hook_TranscriptPathThatIsNotAbsolute_IsResolvedAndTold(string configDir, string? folder)
    {
        using var machine = new Machine();
        var project = Directory.CreateDirectory(Path.Combine(machine.Home, "project")).FullName;
        string? transcript = null;
        if (folder is not null)
        {
            transcript = Path.Combine(machine.Home, folder, "projects", "-p", Session + ".jsonl");
            Directory.CreateDirectory(Path.GetDirectoryName(transcript)!);
            File.WriteAllText(transcript, "");
        }

        var input = System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["session_id"] = Session,
            ["transcript_path"] = $"{configDir}/projects/-p/{Session}.jsonl",
            ["hook_event_name"] = "Stop",
        });
        var result = await HookProgram.RunAsync(["-c", $"cd '{project}' && exec '{HookProgram.Path}' hook"], machine.Environment, input, program: "/bin/sh");

        Assert.Equal(new ProgramResult(0, "", ""), result);
        Assert.Equal(new HookEvent(Session, transcript, "Stop"), Assert.Single(new SpoolFile(machine.State.Spool).Read().Events));
        Assert.Contains("path is not absolute", machine.Log(machine.State.ErrorLog), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hook_FullSpool_TakesNoMore()
    {
        using var machine = new Machine();
        machine.State.Create();
        File.WriteAllText(machine.State.Spool, new string('\n', SpoolFile.MaxBytes));

        await machine.HookAsync(Session);

        Assert.Equal(SpoolFile.MaxBytes, new FileInfo(machine.State.Spool).Length);
    }

    [Fact]
    public async Task Hook_Configured_StartsDeliverThatOutlivesItsGroupWithoutTheUsersSecrets()
    {
        // A receiver that does not answer keeps deliver running, so that it can be inspected.
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var machine = new Machine($"http://{listener.LocalEndpoint}");
        machine.AddTurn(Session, DateTimeOffset.UtcNow.AddMinutes(-1));
        machine.Environment["ANTHROPIC_API_KEY"] = "sk-ant-marked-secret";
        machine.Environment["CLAUDE_CODE_MESSAGING_TOKEN"] = "messaging-marked-secret";

        await machine.HookAsync(Session);

        await Wait.UntilAsync(() => DeliverLock.IsTaken(machine.State.Lock), "deliver runs");
        var deliver = FindDeliver(machine.State.ConfigDir);
        try
        {
            var environment = File.ReadAllText($"/proc/{deliver}/environ");
            Assert.DoesNotContain("marked-secret", environment, StringComparison.Ordinal);
            Assert.DoesNotContain(Machine.Content, environment + File.ReadAllText($"/proc/{deliver}/cmdline"), StringComparison.Ordinal);
            var fields = File.ReadAllText($"/proc/{deliver}/stat").Split(") ")[1].Split(' ');
            Assert.Equal(deliver, int.Parse(fields[2])); // process group
            Assert.Equal(deliver, int.Parse(fields[3])); // session
            Assert.Equal("/dev/null", new FileInfo($"/proc/{deliver}/fd/1").LinkTarget);
        }
        finally
        {
            Process.GetProcessById(deliver).Kill();
            await Wait.UntilAsync(() => !DeliverLock.IsTaken(machine.State.Lock), "deliver ended");
        }
    }

    /// <summary>Clients before 2.1.139 run a hook's command without its arguments; exit code 2 would send the turn back to the model.</summary>
    [Theory]
    [InlineData("SessionStart")]
    [InlineData("Stop")]
    [InlineData("StopFailure")]
    [InlineData("SubagentStop")]
    [InlineData("SessionEnd")]
    public async Task NoArguments_EventOnStandardInput_IsTakenAsAHook(string name)
    {
        using var machine = new Machine();

        var result = await HookProgram.RunAsync([], machine.Environment, machine.HookInput(Session, name));

        Assert.Equal(new ProgramResult(0, "", ""), result);
        Assert.Equal(new HookEvent(Session, machine.Transcript(Session), name), Assert.Single(new SpoolFile(machine.State.Spool).Read().Events));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("no json at all")]
    [InlineData("{\"session_id\":\"s1\",\"hook_event_name\":\"PreToolUse\"}")]
    public async Task NoArguments_NothingOfOurs_IsLeftInPeace(string input)
    {
        using var machine = new Machine();

        var result = await HookProgram.RunAsync([], machine.Environment, input);

        Assert.Equal(new ProgramResult(0, "", ""), result);
        Assert.False(Directory.Exists(machine.State.Root));
    }

    /// <summary>A client that writes a hook's arguments in an unexpected way must not be made to continue its turn.</summary>
    [Theory]
    [InlineData("no-such-command")]
    [InlineData("hook agent")]
    [InlineData("status", "--no-such-option")]
    [InlineData("agent", "no-such-command")]
    [InlineData("usage", "--by", "nothing")]
    public async Task AnyArguments_WithinAPluginsHook_NeverAnErrorAndNeverAWord(params string[] arguments)
    {
        using var machine = new Machine();
        machine.Environment["CLAUDE_PLUGIN_ROOT"] = "/home/dev/.claude/plugins/cache/ccflux/ccflux/1.0.0";

        var result = await HookProgram.RunAsync(arguments, machine.Environment, machine.HookInput(Session));

        Assert.Equal(new ProgramResult(0, "", ""), result);
    }

    /// <summary>What each version of the client would start from our plugins' own files: the exec form, or the command alone.</summary>
    [Theory]
    [InlineData("plugin")]
    [InlineData("plugin-fleet")]
    public async Task HookFiles_EveryEntry_EndsInSilenceWithAndWithoutArguments(string plugin)
    {
        using var file = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepositoryRoot.Path, plugin, "hooks", "hooks.json")));
        foreach (var entry in file.RootElement.GetProperty("hooks").EnumerateObject())
        {
            var hook = entry.Value[0].GetProperty("hooks")[0];
            Assert.Equal("${CLAUDE_PLUGIN_ROOT}/bin/ccflux", hook.GetProperty("command").GetString());
            string[] arguments = [.. hook.GetProperty("args").EnumerateArray().Select(argument => argument.GetString()!)];
            foreach (var form in new[] { arguments, [] })
            {
                using var machine = new Machine();
                machine.Environment["CLAUDE_PLUGIN_ROOT"] = Path.Combine(RepositoryRoot.Path, plugin);

                var result = await HookProgram.RunAsync(form, machine.Environment, machine.HookInput(Session, entry.Name));

                Assert.Equal(new ProgramResult(0, "", ""), result);
            }
        }
    }

    private static int FindDeliver(string configDir)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id))
            {
                continue;
            }

            try
            {
                var line = File.ReadAllText($"{folder}/cmdline");
                if (line.Contains("deliver", StringComparison.Ordinal) && line.Contains(configDir, StringComparison.Ordinal))
                {
                    return id;
                }
            }
            catch (IOException)
            {
                // It ended while we looked.
            }
        }

        throw new InvalidOperationException("No deliver is running.");
    }
}
