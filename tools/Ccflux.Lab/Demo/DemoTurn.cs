namespace Ccflux.Lab.Demo;

/// <summary>A turn of a made-up person.</summary>
/// <param name="Index">Place in the session, from 0.</param>
/// <param name="Outcome">One of <see cref="Ccflux.Contracts.Usage.TurnOutcome"/>.</param>
internal sealed record DemoTurn(string SessionId, int Index, DateTimeOffset Started, DateTimeOffset Ended, string Entrypoint, string Outcome)
{
    /// <summary>By model name; empty if the turn failed.</summary>
    public IReadOnlyDictionary<string, DemoUsage> Models { get; init; } = new Dictionary<string, DemoUsage>(StringComparer.Ordinal);

    /// <summary>When the 5-hour limit refused the turn, and when it resets; null if it did not.</summary>
    public (DateTimeOffset At, DateTimeOffset ResetsAt)? LimitHit { get; init; }
}

/// <summary>What a turn used of one model: requests, and their tokens. All cache writes have the one-hour lifetime.</summary>
internal sealed record DemoUsage(int Requests, long Input, long Output, long CacheRead, long CacheWrite);
