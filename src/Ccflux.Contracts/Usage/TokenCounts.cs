namespace Ccflux.Contracts.Usage;

/// <summary>Token counts of one or more messages. All are sums; <see cref="CacheWrite1hTokens"/> is the part of
/// <see cref="CacheWriteTokens"/> that was written with the one-hour lifetime.</summary>
public sealed record TokenCounts
{
    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CacheReadTokens { get; init; }

    public long CacheWriteTokens { get; init; }

    public long CacheWrite1hTokens { get; init; }
}
