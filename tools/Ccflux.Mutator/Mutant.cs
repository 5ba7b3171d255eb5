namespace Ccflux.Mutator;

/// <summary>One small change of a rule.</summary>
/// <param name="Id">The number by which a test run asks for it, from 1.</param>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Key">The same for the same change in every round of compiling.</param>
/// <param name="Place">File and line.</param>
/// <param name="Original">What the code says.</param>
/// <param name="Replacement">What it says instead.</param>
internal sealed record Mutant(int Id, string Rule, string Key, string Place, string Original, string Replacement);

internal enum Verdict
{
    /// <summary>A test failed.</summary>
    Killed,

    /// <summary>The tests did not end.</summary>
    TimedOut,

    /// <summary>Every test passed.</summary>
    Survived,

    /// <summary>No test executes the code.</summary>
    NotReached,

    /// <summary>The time was up.</summary>
    NotRun,
}
