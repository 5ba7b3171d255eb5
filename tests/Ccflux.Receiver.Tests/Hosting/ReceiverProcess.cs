using System.Diagnostics;

namespace Ccflux.Receiver.Tests.Hosting;

/// <summary>The built program as a process of its own, in a folder of its own, with nothing of this process' settings.</summary>
internal sealed class ReceiverProcess : IDisposable
{
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal) { ["DATABASE_PATH"] = "ccflux.db" };

    public string Folder { get; } = Directory.CreateTempSubdirectory("ccflux-cli-").FullName;

    public string PathOf(string name) => Path.Combine(Folder, name);

    public ReceiverProcess With(string key, string value)
    {
        _settings[key] = value;
        return this;
    }

    /// <summary>Runs a command to its end.</summary>
    public async Task<CommandOutcome> RunAsync(params string[] arguments) => await RunAsync("", arguments);

    public async Task<CommandOutcome> RunAsync(string input, string[] arguments)
    {
        using var process = Start(arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CommandOutcome(process.ExitCode, await output, await error);
    }

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ccflux-receiver.dll"), .. arguments])
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name is not ("PATH" or "HOME" or "DOTNET_ROOT" or "DOTNET_CLI_HOME" or "TMPDIR")).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (key, value) in _settings)
        {
            start.Environment[key] = value;
        }

        return Process.Start(start)!;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>How a command ended and what it wrote.</summary>
internal sealed record CommandOutcome(int ExitCode, string Output, string Error);
