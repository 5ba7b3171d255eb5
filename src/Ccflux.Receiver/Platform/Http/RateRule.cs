namespace Ccflux.Receiver.Platform.Http;

/// <summary>How often each caller may do something, and the refusal of those who do it more often.</summary>
/// <param name="Limiter">Counts by caller.</param>
/// <param name="TooMany">The refusal, with how long to wait.</param>
internal sealed record RateRule(KeyedRateLimiter Limiter, Func<TimeSpan, Refusal> TooMany)
{
    /// <summary>Takes one from the allowance of <paramref name="key"/>; returns the refusal if none is left.</summary>
    public Refusal? Take(string key) => Limiter.TryTake(key, out var wait) ? null : TooMany(wait);
}
