using System.Diagnostics;
using System.Globalization;

namespace Ccflux.Mutator;

/// <summary>Runs a rule's tests, each time in a process of its own: what is computed once per process belongs to one mutant.</summary>
internal sealed class TestRun(string tests, Rule rule)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    private TimeSpan _limit = s_longest;

    /// <summary>Runs the tests without a mutant.</summary>
    /// <returns>The mutants whose code was executed; null if a test fails.</returns>
    public HashSet<int>? Reach()
    {
        var log = Path.GetTempFileName();
        var clock = Stopwatch.StartNew();
        if (Start(("CCFLUX_MUTANTS_REACHED", log)) != 0)
        {
            return null;
        }

        // A mutant may loop forever. The machine may be busier now than it was just now.
        _limit = (clock.Elapsed * 5) + TimeSpan.FromSeconds(10);
        var reached = File.ReadAllLines(log).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToHashSet();
        File.Delete(log);
        return reached;
    }

    public Verdict Of(Mutant mutant) => Start(("CCFLUX_MUTANT", $"{mutant.Id}")) switch
    {
        null => Verdict.TimedOut,
        0 => Verdict.Survived,
        _ => Verdict.Killed,
    };

    /// <returns>The exit code; null if the time was up.</returns>
    private int? Start((string Name, string Value) variable)
    {
        var start = new ProcessStartInfo(tests, ["-noLogo", "-noColor", "-stopOnFail", .. rule.TestClasses.SelectMany(filter => new[] { "-class", filter })])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [variable.Name] = variable.Value },
        };
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (process.WaitForExit(_limit))
        {
            return process.ExitCode;
        }

        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return null;
    }
}
