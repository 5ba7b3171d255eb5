using System.Text.Json;

namespace Ccflux.Lab.Rotation;

/// <summary>One policy's sums over all runs, in shares of the capacity that there was.</summary>
internal sealed record PolicyTotals(string Policy, double CapacityUsed, double OfBound, double Perished, int Interruptions, double InterruptedShare, double SwitchesPerRun);

/// <summary>Sums over compared fortnights.</summary>
/// <param name="Runs">How many.</param>
/// <param name="FirstSeed">The seeds count up from here.</param>
/// <param name="Requests">Of all runs.</param>
/// <param name="MeanOfBound">What the rule used of the bound, averaged over runs.</param>
/// <param name="BeatenByStay">Runs in which staying until blocked was interrupted less often than the rule.</param>
/// <param name="BeatenByMostLeft">Runs in which taking the account with most left was.</param>
/// <param name="BeatenSeeds">The first of those runs.</param>
/// <param name="Policies">The rule first.</param>
internal sealed record ComparisonTotals(
    int Runs, int FirstSeed, long Requests, double MeanOfBound, int BeatenByStay, int BeatenByMostLeft, IReadOnlyList<int> BeatenSeeds, IReadOnlyList<PolicyTotals> Policies)
{
    private const int SeedsShown = 20;

    public static ComparisonTotals Of(IReadOnlyList<Comparison> runs)
    {
        var capacity = runs.Sum(run => (long)run.Fortnight.Capacity);
        var bound = runs.Sum(run => (long)run.Bound);
        return new ComparisonTotals(
            runs.Count,
            runs[0].Seed,
            runs.Sum(run => (long)run.Engine.Requests),
            runs.Average(run => run.OfBound),
            runs.Count(run => run.Engine.Interruptions > run.StayUntilBlocked.Interruptions),
            runs.Count(run => run.Engine.Interruptions > run.MostLeftFirst.Interruptions),
            [.. runs.Where(run => run.IsBeaten).Take(SeedsShown).Select(run => run.Seed)],
            [Policy("engine", run => run.Engine), Policy("stay until blocked", run => run.StayUntilBlocked), Policy("most left first", run => run.MostLeftFirst)]);

        PolicyTotals Policy(string name, Func<Comparison, Outcome> of)
        {
            var total = runs.Select(of).Aggregate((sum, one) => sum + one);
            return new PolicyTotals(
                name,
                (double)total.Used / capacity,
                bound == 0 ? 1 : (double)total.Used / bound,
                (double)total.Perished / capacity,
                total.Interruptions,
                total.Requests == 0 ? 0 : (double)total.Interruptions / total.Requests,
                (double)total.Switches / runs.Count);
        }
    }

    public string ToText()
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine($"{(Runs == 1 ? "One fortnight, seed" : $"{Runs} fortnights from seed")} {FirstSeed}, {Requests} requests. Interruptions are requests that met a blocked account.");
        text.WriteLine($"{"",-20}{"capacity used",14}{"of the bound",14}{"perished",10}{"interruptions",15}{"of requests",13}{"switches/run",14}");
        foreach (var policy in Policies)
        {
            text.WriteLine(
                $"{policy.Policy,-20}{policy.CapacityUsed,14:P2}{policy.OfBound,14:P2}{policy.Perished,10:P2}{policy.Interruptions,15}{policy.InterruptedShare,13:P3}{policy.SwitchesPerRun,14:F0}");
        }

        text.WriteLine($"Of the bound, averaged over runs: {MeanOfBound:P2}.");
        text.WriteLine($"Runs in which the engine was interrupted more often than by staying until blocked: {BeatenByStay}; than by taking most left first: {BeatenByMostLeft}.");
        if (BeatenSeeds.Count > 0)
        {
            text.WriteLine($"Seeds of those: {string.Join(", ", BeatenSeeds)}{(BeatenSeeds.Count == SeedsShown ? ", …" : "")}");
        }

        return text.ToString();
    }

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
