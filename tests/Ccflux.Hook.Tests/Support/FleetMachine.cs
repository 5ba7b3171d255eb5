using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.State;
using Xunit;

namespace Ccflux.Hook.Tests.Support;

/// <summary>A machine with a config directory that belongs to a fleet: stand-ins for the client's processes, hooks run as the client runs them, a login file.</summary>
internal sealed class FleetMachine : IDisposable
{
    public const string ForeignKeys = """
        {
          "mcpOAuth": { "server": { "accessToken": "mcp-token" } },
          "pluginSecrets": { "monitor@market": { "api_token": "tok-secret" } }, "somethingNew":  [1,2 ,3]
        """;

    private readonly Machine _machine = new();
    private readonly List<Process> _processes = [];

    public FleetMachine()
    {
        Fleet = new FleetDirectory(_machine.State);
    }

    public FleetDirectory Fleet { get; }

    public Machine Machine => _machine;

    public string LoginPath => Path.Combine(_machine.State.ConfigDir, ".credentials.json");

    /// <summary>A login in the client's form.</summary>
    public static string Login(string name, bool whole = true) =>
        $$$"""{"accessToken":"at-{{{name}}}","refreshToken":"{{{(whole ? $"rt-{name}" : "")}}}","expiresAt":1795293664999,"scopes":["user:inference"],"subscriptionType":"max","later":{"kept":true},"accountUuid":"uuid-{{{name}}}"}""";

    public static string Fingerprint(string name, bool whole = true) => CredentialFingerprint.Of(whole ? $"rt-{name}" : $"at-{name}");

    public void WriteLogin(string login, string others = ForeignKeys)
    {
        File.WriteAllText(LoginPath, $"{others},\n  \"claudeAiOauth\": {login}\n}}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(LoginPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>Whether only its owner may read it.</summary>
    public static bool IsPrivate(string path) => OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite);

    public JsonElement ReadLogin()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(LoginPath));
        return document.RootElement.GetProperty("claudeAiOauth").Clone();
    }

    public bool FingerprintIs(string name) => File.Exists(LoginPath) && string.Equals(FingerprintOfFile(), Fingerprint(name), StringComparison.Ordinal);

    public string? FingerprintOfFile() => CredentialFingerprint.Of(ReadLogin());

    public async Task EnrolAsync(StubFleet fleet)
    {
        var result = await HookProgram.RunAsync(["agent", "enrol", "--endpoint", fleet.Address, "--config-dir", _machine.State.ConfigDir], _machine.Environment, StubFleet.Code + "\n");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    /// <summary>A process that stands in for the client.</summary>
    public Process Client()
    {
        var process = Process.Start(new ProcessStartInfo("sleep", "600") { UseShellExecute = false })!;
        _processes.Add(process);
        return process;
    }

    public async Task HookAsync(Process client, string session, string name, string fields = "")
    {
        var environment = new Dictionary<string, string>(_machine.Environment, StringComparer.Ordinal)
        {
            ["CLAUDE_PID"] = client.Id.ToString(CultureInfo.InvariantCulture),
            ["ANTHROPIC_API_KEY"] = "sk-ant-of-the-user",
        };
        var input = $$"""{"session_id":"{{session}}","transcript_path":"{{_machine.Transcript(session)}}","cwd":"/home/dev/proj","hook_event_name":"{{name}}"{{fields}}}""";
        var result = await HookProgram.RunAsync(["agent", "hook"], environment, input);
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
    }

    /// <summary>The agent, controlled by the test.</summary>
    public Process Agent(string? killedAt = null)
    {
        var (program, environment) = HookProgram.KilledAt(killedAt, _machine.Environment);
        var process = HookProgram.Start(["agent", "--config-dir", _machine.State.ConfigDir], environment, program);
        _processes.Add(process);
        return process;
    }

    public string Logs() => _machine.Log(_machine.State.ActivityLog) + _machine.Log(_machine.State.ErrorLog);

    /// <summary>Every byte below the config directory, as text, except in files that must contain a secret.</summary>
    public string WrittenElsewhere()
    {
        var text = new StringBuilder();
        var secret = new[] { LoginPath, Fleet.Backup, Fleet.OwnLogin, Fleet.RefusedLogin, Fleet.Lock }; // the lock cannot be read while it is held, and is empty
        foreach (var file in Directory.EnumerateFiles(_machine.State.ConfigDir, "*", SearchOption.AllDirectories).Except(secret, StringComparer.Ordinal))
        {
            if (file.EndsWith(".new", StringComparison.Ordinal))
            {
                continue; // being written by the agent right now
            }

            text.Append(Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        }

        return text.ToString();
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }

            process.Dispose();
        }

        // An agent started by a hook is not a child process; it is found by the id of the lock's holder.
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => Path.GetFileName(folder).All(char.IsAsciiDigit)))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "cmdline")).Contains($"agent\0--config-dir\0{_machine.State.ConfigDir}\0", StringComparison.Ordinal))
                {
                    using var agent = Process.GetProcessById(int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture));
                    agent.Kill();
                    agent.WaitForExit();
                }
            }
            catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException or InvalidOperationException)
            {
                // It ended meanwhile.
            }
        }

        _machine.Dispose();
    }
}
