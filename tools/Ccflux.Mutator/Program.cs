using System.Diagnostics;
using System.Globalization;

namespace Ccflux.Mutator;

/// <summary>Changes the pure rules in small ways and reports the changes that no test notices: see <c>eng/mutate.sh</c>.</summary>
internal static class Program
{
    /// <returns>0 done, 1 a rule cannot be mutated, 2 a command line that is not understood.</returns>
    public static int Main(string[] args)
    {
        var root = args.ElementAtOrDefault(0) ?? "";
        var names = args.Skip(2).ToList();
        var unknown = names.Except(Rule.All.Select(rule => rule.Name), StringComparer.Ordinal).ToList();
        if (!Directory.Exists(root) || !double.TryParse(args.ElementAtOrDefault(1), CultureInfo.InvariantCulture, out var minutes) || unknown.Count > 0)
        {
            Console.Error.WriteLine($"Usage: ROOT MINUTES [RULE…]. Rules: {string.Join(' ', Rule.All.Select(rule => rule.Name))}");
            return 2;
        }

        var clock = Stopwatch.StartNew();
        var done = true;
        foreach (var program in Rule.All.Where(rule => names.Count == 0 || names.Contains(rule.Name)).GroupBy(rule => rule.Program))
        {
            var build = new MutantBuild(root, program.Key, [.. program]);
            var mutants = build.Run();
            if (mutants is null)
            {
                done = false;
                continue;
            }

            Console.WriteLine($"{program.Key.Project}: {mutants.Count} mutants; {build.Dropped} changes do not compile");
            foreach (var rule in program)
            {
                done &= Report(rule, [.. mutants.Where(mutant => string.Equals(mutant.Rule, rule.Name, StringComparison.Ordinal))], new TestRun(build.Tests, rule), () => clock.Elapsed.TotalMinutes < minutes);
            }
        }

        return done ? 0 : 1;
    }

    /// <summary>Runs a rule's mutants and prints those that no test notices.</summary>
    private static bool Report(Rule rule, List<Mutant> mutants, TestRun tests, Func<bool> hasTime)
    {
        if (tests.Reach() is not { } reached)
        {
            Console.WriteLine($"{rule.Name}: its tests fail without a mutant, or there are none");
            return false;
        }

        var verdicts = mutants.ToDictionary(mutant => mutant, mutant => !reached.Contains(mutant.Id) ? Verdict.NotReached : hasTime() ? tests.Of(mutant) : Verdict.NotRun);
        int Count(Verdict verdict) => verdicts.Values.Count(each => each == verdict);
        var killed = Count(Verdict.Killed) + Count(Verdict.TimedOut);
        var judged = mutants.Count - Count(Verdict.NotRun);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{rule.Name}: {killed} of {judged} killed ({100.0 * killed / Math.Max(1, judged):0} %), {Count(Verdict.TimedOut)} of them timed out; {Count(Verdict.Survived)} survived, {Count(Verdict.NotReached)} not reached, {Count(Verdict.NotRun)} not run"));
        foreach (var (mutant, verdict) in verdicts.Where(each => each.Value is Verdict.Survived or Verdict.NotReached))
        {
            Console.WriteLine($"  {mutant.Place}: {OneLine(mutant.Original)}  →  {(mutant.Replacement.Length > 0 ? OneLine(mutant.Replacement) : "(removed)")}{(verdict == Verdict.NotReached ? "  (not reached)" : "")}");
        }

        return true;
    }

    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 120 ? line : string.Concat(line.AsSpan(0, 119), "…");
    }
}
