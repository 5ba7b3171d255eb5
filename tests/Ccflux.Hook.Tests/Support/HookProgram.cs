using System.Diagnostics;
using Ccflux.Testing;

namespace Ccflux.Hook.Tests.Support;

/// <summary>The published native program, as Claude Code runs it.</summary>
internal static class HookProgram
{
    public static string Path { get; } = File.Exists(NativeHook.Path) ? NativeHook.Path : throw new InvalidOperationException(NativeHook.Missing);

    public static string Root => RepositoryRoot.Path;

    /// <summary>Runs it to its end in exactly the given environment.</summary>
    public static async Task<ProgramResult> RunAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string? input = null, string? program = null)
    {
        using var process = Start(arguments, environment, program);
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program has read enough, and may have ended.
        }

        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(TestDeadline.Ample);
        await process.WaitForExitAsync(deadline.Token);
        return new ProgramResult(process.ExitCode, await output, await error);
    }

    /// <summary>The program and its environment; if a step is named, the variants that are killed there.</summary>
    public static (string Program, IReadOnlyDictionary<string, string> Environment) KilledAt(string? step, IReadOnlyDictionary<string, string> environment) =>
        step is null ? (Path, environment) : (KillableHook.Path, environment.Concat(KillableHook.Environment(step)).ToDictionary(StringComparer.Ordinal));

    public static Process Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string? program = null)
    {
        var start = new ProcessStartInfo(program ?? Path) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}

/// <summary>The exit code of a run and what it printed.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error);
