using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Lab.Rotation;

/// <summary>A fortnight under the rule and under both plain policies, and what no policy can exceed.</summary>
internal sealed record Comparison(int Seed, Fortnight Fortnight, Outcome Engine, Outcome StayUntilBlocked, Outcome MostLeftFirst, int Bound)
{
    public static Comparison Of(int seed, Fortnight fortnight, RotationSettings settings) => new(
        seed,
        fortnight,
        FortnightRun.Of(fortnight, new EnginePolicy(fortnight, settings)),
        FortnightRun.Of(fortnight, new StayUntilBlocked(fortnight.Accounts.Count)),
        FortnightRun.Of(fortnight, new MostLeftFirst(fortnight.Accounts.Count)),
        UpperBound.Of(fortnight));

    /// <summary>A plain policy was interrupted less often.</summary>
    public bool IsBeaten => Engine.Interruptions > StayUntilBlocked.Interruptions || Engine.Interruptions > MostLeftFirst.Interruptions;

    /// <summary>Used, by what could have been.</summary>
    public double OfBound => Bound == 0 ? 1 : (double)Engine.Used / Bound;

    /// <summary>Many fortnights, over all processors; in the order of their seeds.</summary>
    public static IReadOnlyList<Comparison> Random(int firstSeed, int runs, RotationSettings settings, CancellationToken cancellationToken)
    {
        var compared = new Comparison[runs];
        Parallel.For(0, runs, new ParallelOptions { CancellationToken = cancellationToken }, run =>
        {
            var comparison = Of(firstSeed + run, RandomFortnight.Draw(firstSeed + run), settings);
            compared[run] = comparison with { Fortnight = comparison.Fortnight with { Requests = [] } };
        });
        return compared;
    }
}
