using System.Diagnostics;

namespace Ccflux.Hook.Tests.Support;

/// <summary>The published native program, as Claude Code runs it.</summary>
internal static class HookProgram
{
    public static string Path { get; } = Find();

    public static string Root { get; } = FindRoot();

    /// <summary>Runs it to its end in the environment given (and no other).</summary>
    public static async Task<ProgramResult> RunAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string? input = null, string? program = null)
    {
        using var process = Start(arguments, environment, program);
        if (input is not null)
        {
            try
            {
                await process.StandardInput.WriteAsync(input);
            }
            catch (IOException)
            {
                // The program may have seen enough.
            }
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(deadline.Token);
        return new ProgramResult(process.ExitCode, await output, await error);
    }

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

    private static string Find()
    {
        var path = System.IO.Path.Combine(FindRoot(), "plugin", "bin", "ccflux");
        return File.Exists(path) ? path : throw new InvalidOperationException($"The native hook program is not built: run eng/publish-hook.sh ({path} is missing).");
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "Ccflux.slnx")))
        {
            folder = System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder;
    }
}

/// <summary>How a run ended and what it printed.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error);
