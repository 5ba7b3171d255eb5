using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Ccflux.Testing;

/// <summary>The built receiver as a separate process, with its own database and address and none of this process's settings.
/// It can be killed and started again.</summary>
public sealed class ReceiverProcess : IDisposable
{
    private static readonly string[] s_inherited = ["PATH", "HOME", "DOTNET_ROOT", "DOTNET_CLI_HOME", "TMPDIR"];

    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private readonly List<PortLease> _ports = [];
    private readonly bool _ownsFolder;
    private readonly string? _killedAt;
    private Process? _process;

    /// <param name="folder">Where the database is and stays; a temporary folder by default.</param>
    /// <param name="killedAt">The step at which it is killed: a step's name, or <c>name:3</c> for the third time it is reached. Then it is the program of the tests, with the shipped code.</param>
    public ReceiverProcess(string? folder = null, string? killedAt = null)
    {
        _killedAt = killedAt;
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("ccflux-receiver-").FullName;
        Address = FreeAddress();
        _ = With("DATABASE_PATH", DatabasePath).With("LISTEN_ADDR", Address.Authority).With("OTLP_HTTP_ADDR", "").With("OTLP_GRPC_ADDR", "");
    }

    public string Folder { get; }

    public string DatabasePath => PathOf("ccflux.db");

    /// <summary>Where it listens, once it is started; the same after a restart.</summary>
    public Uri Address { get; }

    /// <summary>Whether it has ended by itself, or was never started.</summary>
    public bool HasEnded => _process?.HasExited ?? true;

    /// <summary>Processor time used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            Running.Refresh();
            return Running.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in bytes, by the kernel's accounting.</summary>
    public long ResidentBytes => Status("VmRSS");

    /// <summary>Peak resident memory in bytes, by the kernel's accounting.</summary>
    public long PeakBytes => Status("VmHWM");

    // From its own folder: as it is shipped, with its own dependencies.
    private string Receiver => _killedAt is null
        ? Path.Combine(RepositoryRoot.BinariesOf("Ccflux.Receiver"), "ccflux-receiver.dll")
        : Path.Combine(RepositoryRoot.BinariesOf("Ccflux.Receiver.Killable"), "Ccflux.Receiver.Killable.dll");

    private Process Running => _process ?? throw new InvalidOperationException("The receiver is not running.");

    public string PathOf(string name) => Path.Combine(Folder, name);

    public ReceiverProcess With(string key, string value)
    {
        _settings[key] = value;
        return this;
    }

    /// <summary>Makes it listen for OTLP as well, on a free port.</summary>
    /// <param name="setting"><c>OTLP_HTTP_ADDR</c> or <c>OTLP_GRPC_ADDR</c>.</param>
    public Uri Listens(string setting)
    {
        var address = FreeAddress();
        _ = With(setting, address.Authority);
        return address;
    }

    /// <summary>Runs a command to its end.</summary>
    public Task<CommandOutcome> RunAsync(params string[] arguments) => RunAsync("", arguments);

    public Task<CommandOutcome> RunAsync(string input, string[] arguments) => RunAsync(Receiver, input, arguments);

    /// <summary>Runs a command of the developers' tools on the same database.</summary>
    public Task<CommandOutcome> RunLabAsync(params string[] arguments) => RunAsync(Path.Combine(RepositoryRoot.BinariesOf("Ccflux.Lab"), "Ccflux.Lab.dll"), "", arguments);

    private async Task<CommandOutcome> RunAsync(string program, string input, string[] arguments)
    {
        using var process = Launch(program, arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CommandOutcome(process.ExitCode, await output, await error);
    }

    /// <summary>Adds a user with the command that an admin would use, and returns the token that it prints.</summary>
    public async Task<string> AddUserAsync(string email)
    {
        var (_, output, error) = await RunAsync("users", "add", email);
        var line = output.Split('\n').FirstOrDefault(line => line.TrimStart().StartsWith("token ", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] ?? throw new InvalidOperationException($"users add printed no token: {output}{error}");
    }

    /// <summary>Starts serving, and returns once it answers.</summary>
    public async Task StartAsync()
    {
        var process = _process = Launch(Receiver);
        var errors = new ConcurrentQueue<string?>();
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var client = new HttpClient { BaseAddress = Address };
        for (var waited = Stopwatch.StartNew(); !await AnswersAsync(client); await Task.Delay(10))
        {
            if (process.HasExited || waited.Elapsed > TestDeadline.Ample)
            {
                throw new InvalidOperationException($"The receiver does not answer: {string.Join('\n', errors)}");
            }
        }
    }

    /// <summary>Ends it like <c>kill -9</c>, if it runs.</summary>
    public void Kill()
    {
        if (Interlocked.Exchange(ref _process, null) is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    public void Dispose()
    {
        Kill();
        _ports.ForEach(port => port.Dispose());
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("/health", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Uri FreeAddress()
    {
        var lease = PortLease.Take();
        _ports.Add(lease);
        return new Uri($"http://127.0.0.1:{lease.Port.ToString(CultureInfo.InvariantCulture)}");
    }

    private long Status(string name)
    {
        var line = File.ReadLines($"/proc/{Running.Id.ToString(CultureInfo.InvariantCulture)}/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }

    private Process Launch(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Except(s_inherited, StringComparer.Ordinal).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (key, value) in _settings)
        {
            start.Environment[key] = value;
        }

        if (_killedAt is not null)
        {
            start.Environment[KillAt.Variable] = _killedAt;
        }

        return Process.Start(start)!;
    }
}

/// <summary>The exit code of a command and what it wrote.</summary>
public sealed record CommandOutcome(int ExitCode, string Output, string Error);
