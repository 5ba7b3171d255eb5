using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>A config directory on disk with the published <c>ccflux agent</c>, and a process that stands in for the client, which renews its login as the client does.</summary>
internal sealed class NativeAgent : IDisposable
{
    private static readonly UnixFileMode s_ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>What other programs keep in the login file.</summary>
    private readonly JsonObject _foreign = new()
    {
        ["mcpOAuth"] = new JsonObject { ["server"] = new JsonObject { ["accessToken"] = "mcp-token" } },
        ["pluginSecrets"] = new JsonObject { ["monitor@market"] = new JsonObject { ["api_token"] = "tok-secret" } },
        ["somethingNew"] = new JsonArray(1, 2, new JsonObject { ["é"] = "\"\\" }),
    };

    private readonly string _home;
    private Process? _client;
    private int _sessions;

    /// <param name="home">The user's home.</param>
    /// <param name="login">The login that is there before the fleet; null if nobody is signed in.</param>
    public NativeAgent(string home, string? login)
    {
        _home = home;
        Directory.CreateDirectory(In("projects"));
        Directory.CreateDirectory(InFleet("sessions"));
        var file = _foreign.DeepClone().AsObject();
        if (login is not null)
        {
            file["claudeAiOauth"] = JsonNode.Parse(login);
        }

        WriteLoginFile(file);
        StartClient();
    }

    public string ConfigDir => Path.Combine(_home, ".claude");

    public string Id { get; private set; } = "";

    public string LoginPath => In(".credentials.json");

    /// <summary>The login that a swap removed and that the receiver does not have yet.</summary>
    public string Backup => InFleet("backup.json");

    public string OwnLogin => InFleet("own_login.json");

    public string RefusedLogin => InFleet("refused_login.json");

    public bool HasClient => _client is not null;

    /// <summary>Whether something is in progress on this machine.</summary>
    public bool IsBusy => File.Exists(Backup) || File.Exists(InFleet("journal.json"));

    /// <summary>What a person would look at first if something is wrong: no secrets, because these files' names and logs contain none.</summary>
    public string Describe()
    {
        var locks = Directory.GetDirectories(ConfigDir, "*.lock").Append(ConfigDir + ".lock").Where(Directory.Exists).Select(Path.GetFileName);
        var files = Directory.GetFiles(InFleet("")).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        var log = new[] { "activity.log", "errors.log" }.Select(name => In(Path.Combine("ccflux", name))).Where(File.Exists).SelectMany(path => File.ReadLines(path).TakeLast(12));
        return $"{Id[..4]} has {WholeLogin() ?? "no whole login"}{(HasClient ? ", a client" : "")}, locks {string.Join(' ', locks)}, files {string.Join(' ', files)}, told:\n{string.Join('\n', log)}";
    }

    public async Task EnrolAsync(Uri endpoint, string code)
    {
        using var process = Launch(NativeHook.Path, [], "agent", "enrol", "--config-dir", ConfigDir, "--endpoint", endpoint.ToString());
        await process.StandardInput.WriteLineAsync(code);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await process.StandardOutput.ReadToEndAsync());
        Id = JsonNode.Parse(await File.ReadAllTextAsync(InFleet("enrolment.json")))!["agent_id"]!.GetValue<string>();
    }

    /// <summary>Starts the agent, to be killed at a step if one is named.</summary>
    public Process Start(string? killedAt) => killedAt is null
        ? Launch(NativeHook.Path, [], "agent", "--config-dir", ConfigDir)
        : Launch(KillableHook.Path, KillableHook.Environment(killedAt), "agent", "--config-dir", ConfigDir);

    public void StartClient()
    {
        _client = Process.Start(new ProcessStartInfo("sleep", "3600") { UseShellExecute = false })!;
        NoteSession();
    }

    /// <summary>Kills the client.</summary>
    public void KillClient()
    {
        var client = Interlocked.Exchange(ref _client, null)!;
        client.Kill();
        client.WaitForExit();
        client.Dispose();
    }

    /// <summary>Starts another session in the client's place, as after a <c>/clear</c>; the agent reports it at once.</summary>
    public void NoteSession()
    {
        if (_client is { } client)
        {
            var note = string.Create(CultureInfo.InvariantCulture, $"{client.Id}\t0\tidle\t{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}\t\t");
            var former = Directory.GetFiles(InFleet("sessions"));
            File.WriteAllText(InFleet(Path.Combine("sessions", $"session-{(++_sessions).ToString(CultureInfo.InvariantCulture)}")), note);
            Array.ForEach(former, File.Delete);
        }
    }

    /// <summary>The file's content at this instant; throws if it is not complete, or foreign content is missing.</summary>
    public JsonNode? ReadLogin()
    {
        var text = File.ReadAllText(LoginPath);
        var file = JsonNode.Parse(text)!.AsObject();
        foreach (var (name, value) in _foreign)
        {
            Assert.True(JsonNode.DeepEquals(value, file[name]), $"{name} is not as it was");
        }

        Assert.Equal(s_ownerOnly, OperatingSystem.IsWindows() ? s_ownerOnly : File.GetUnixFileMode(LoginPath));
        var login = file["claudeAiOauth"];
        Assert.True(login is null || login["accessToken"]!.GetValue<string>().Length > 0);
        return login;
    }

    /// <summary>Fingerprint of the login there, if it can renew itself.</summary>
    public string? WholeLogin() => ReadLogin() is { } login && IsWhole(login) ? CredentialFingerprint.Of(JsonSerializer.SerializeToElement(login)) : null;

    /// <summary>The client renews the login in its file, under its locks; the issuer's answer is written only over the login that the request was made with.</summary>
    public async Task RenewAsync(HttpClient issuer, TimeSpan lifetime)
    {
        string[] locks = [In(".oauth_refresh.lock"), ConfigDir + ".lock"];
        var taken = new List<string>();
        try
        {
            foreach (var folder in locks)
            {
                if (!await TryMakeAsync(folder))
                {
                    return;
                }

                taken.Add(folder);
            }

            if (!HasClient || ReadLogin() is not { } login || !IsWhole(login))
            {
                return;
            }

            var spent = login["refreshToken"]!.GetValue<string>();
            using var request = new StringContent(new JsonObject { ["grant_type"] = "refresh_token", ["refresh_token"] = spent }.ToJsonString());
            using var answer = await issuer.PostAsync(new Uri(Simulator.SimulatedUpstream.TokenPath, UriKind.Relative), request);
            if (answer.IsSuccessStatusCode)
            {
                await KeepAsync(spent, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!, lifetime);
            }
        }
        finally
        {
            taken.ForEach(Directory.Delete);
        }
    }

    public void Dispose()
    {
        if (HasClient)
        {
            KillClient();
        }
    }

    private static bool IsWhole(JsonNode login) => login["refreshToken"]?.GetValue<string>() is { Length: > 0 };

    private async Task KeepAsync(string spent, JsonNode renewed, TimeSpan lifetime)
    {
        var folder = In(".storage-write.lock");
        while (!await TryMakeAsync(folder))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }

        try
        {
            var file = JsonNode.Parse(await File.ReadAllTextAsync(LoginPath))!.AsObject();
            var login = file["claudeAiOauth"]!.AsObject();
            if (string.Equals(login["refreshToken"]!.GetValue<string>(), spent, StringComparison.Ordinal))
            {
                login["accessToken"] = renewed["access_token"]!.GetValue<string>();
                login["refreshToken"] = renewed["refresh_token"]!.GetValue<string>();
                login["expiresAt"] = (TimeProvider.System.GetUtcNow() + lifetime).ToUnixTimeMilliseconds();
                WriteLoginFile(file);
            }
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    private void WriteLoginFile(JsonObject file)
    {
        var beside = LoginPath + ".of-the-client";
        File.WriteAllText(beside, file.ToJsonString());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(beside, s_ownerOnly);
        }

        File.Move(beside, LoginPath, overwrite: true);
    }

    /// <summary>Creating a folder must be atomic, and this platform's own call does not tell who created it.</summary>
    private static async Task<bool> TryMakeAsync(string folder)
    {
        using var mkdir = Process.Start(new ProcessStartInfo("mkdir", [folder]) { UseShellExecute = false, RedirectStandardError = true })!;
        await mkdir.WaitForExitAsync();
        return mkdir.ExitCode == 0;
    }

    private Process Launch(string program, IReadOnlyList<KeyValuePair<string, string>> more, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment["HOME"] = _home;
        start.Environment["CCFLUX_GRACE_SECS"] = "1";
        foreach (var (name, value) in more)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private string In(string name) => Path.Combine(ConfigDir, name);

    private string InFleet(string name) => Path.Combine(ConfigDir, "ccflux", "fleet", name);
}
