using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccflux.Hook.Spool;
using Xunit;

namespace Ccflux.Hook.Tests.Support;

/// <summary>A user's machine: a home with a config directory, transcripts that grow, and the hook program to run there.</summary>
internal sealed class Machine : IDisposable
{
    /// <summary>Included in every prompt and answer; must not appear anywhere else.</summary>
    public const string Content = "PROMPT-CONTENT-7f3a";

    public const string Model = "claude-opus-4-8";

    private readonly string _projects;
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);

    public Machine(string? endpoint = null, string? token = StubReceiver.RefreshToken)
    {
        Home = Directory.CreateTempSubdirectory("ccflux-machine-").FullName;
        State = new StateDirectory(Path.Combine(Home, ".claude"));
        _projects = Path.Combine(State.ConfigDir, "projects", "-home-dev-proj");
        Directory.CreateDirectory(_projects);
        Environment["HOME"] = Home;
        Environment["CCFLUX_PATIENCE_SECS"] = "0";
        if (endpoint is not null)
        {
            Configure(endpoint, token);
        }
    }

    public string Home { get; }

    /// <summary>Ends the ids of its requests: two machines that go on with one session make different ones.</summary>
    public string Name { get; init; } = "";

    public StateDirectory State { get; }

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public void Configure(string endpoint, string? token = StubReceiver.RefreshToken)
    {
        Directory.CreateDirectory(State.Root);
        File.WriteAllText(State.Config, $$"""{"endpoint":"{{endpoint}}/report","token":"{{token}}"}""");
    }

    public string Transcript(string session) => Path.Combine(_projects, session + ".jsonl");

    /// <summary>Appends a prompt and its answer, as the client writes them.</summary>
    public void AddTurn(string session, DateTimeOffset at, int output = 100)
    {
        _rows.TryGetValue(session, out var row);
        _rows[session] = row + 1;
        File.AppendAllText(Transcript(session), Prompt(session, at) + Answer(session, $"{row}{Name}", at.AddSeconds(2), output));
    }

    /// <summary>Brings a session over from another machine, with all that its transcript has there now.</summary>
    public void Copy(Machine from, string session) => File.Copy(from.Transcript(session), Transcript(session), overwrite: true);

    public string HookInput(string session, string name = "Stop") => JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["session_id"] = session,
        ["transcript_path"] = Transcript(session),
        ["cwd"] = "/home/dev/proj",
        ["hook_event_name"] = name,
        ["last_assistant_message"] = Content,
    });

    /// <summary>Records that a session was resumed with what its transcript has now, without starting deliver.</summary>
    public void SpoolResume(string session)
    {
        State.Create();
        var point = new ResumePoint(new FileInfo(Transcript(session)).Length, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.True(new SpoolFile(State.Spool).Append(new HookEvent(session, Transcript(session), "SessionStart") { IsResume = true, Resumed = point }));
    }

    public Task<ProgramResult> RunAsync(params string[] arguments) => HookProgram.RunAsync(arguments, Environment);

    public Task<ProgramResult> HookAsync(string session, string name = "Stop") => HookProgram.RunAsync(["hook"], Environment, HookInput(session, name));

    /// <summary>Records an event without starting deliver.</summary>
    public void Spool(string session, string name = "Stop")
    {
        State.Create();
        Assert.True(new SpoolFile(State.Spool).Append(new HookEvent(session, Transcript(session), name)));
    }

    /// <summary>A turn has ended: records the event and delivers.</summary>
    public async Task ReportAsync(string session)
    {
        Spool(session);
        Assert.Equal(0, (await DeliverAsync()).ExitCode);
    }

    /// <summary>Runs one delivery to its end.</summary>
    public async Task<ProgramResult> DeliverAsync(string? killedAt = null)
    {
        var (program, environment) = HookProgram.KilledAt(killedAt, Environment);
        return await HookProgram.RunAsync(["deliver", "--config-dir", State.ConfigDir], environment, program: program);
    }

    public string Log(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    /// <summary>Every byte that ccflux wrote on this machine, as text.</summary>
    public string Written()
    {
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(State.Root, "*", SearchOption.AllDirectories))
        {
            text.Append(Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        }

        return text.ToString();
    }

    public void Dispose()
    {
        // A program started by a hook may still be about to write: if the folder is moved away first, it does not fill up again during deletion.
        var away = Home + "-ended";
        Directory.Move(Home, away);
        Directory.Delete(away, recursive: true);
    }

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Prompt(string session, DateTimeOffset at) =>
        $$"""{"parentUuid":null,"isSidechain":false,"promptId":"{{Guid.NewGuid()}}","type":"user","message":{"role":"user","content":"{{Content}} please"},"uuid":"{{Guid.NewGuid()}}","timestamp":"{{Stamp(at)}}","permissionMode":"default","promptSource":"sdk","turnOrigin":"sdk","userType":"external","entrypoint":"sdk-cli","cwd":"/home/dev/proj","sessionId":"{{session}}","version":"2.1.329","gitBranch":"main"}""" + "\n";

    private static string Answer(string session, string row, DateTimeOffset at, int output) =>
        $$"""{"parentUuid":"{{Guid.NewGuid()}}","isSidechain":false,"type":"assistant","uuid":"{{Guid.NewGuid()}}","timestamp":"{{Stamp(at)}}","message":{"id":"msg_{{session}}_{{row}}","model":"{{Model}}","role":"assistant","stop_reason":"end_turn","type":"message","usage":{"input_tokens":5,"output_tokens":{{output}},"cache_creation_input_tokens":30,"cache_read_input_tokens":1000,"cache_creation":{"ephemeral_1h_input_tokens":10,"ephemeral_5m_input_tokens":20},"service_tier":"standard","speed":"standard"},"content":[{"type":"text","text":"{{Content}} answered"}]},"requestId":"req_{{session}}_{{row}}","userType":"external","entrypoint":"sdk-cli","cwd":"/home/dev/proj","sessionId":"{{session}}","version":"2.1.329","gitBranch":"main"}""" + "\n";
}
