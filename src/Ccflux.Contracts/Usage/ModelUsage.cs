namespace Ccflux.Contracts.Usage;

/// <summary>What one turn used of one model: a row of the receiver's events.</summary>
public sealed record ModelUsage
{
    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CacheReadTokens { get; init; }

    public long CacheWriteTokens { get; init; }

    /// <summary>The part of <see cref="CacheWriteTokens"/> that was written with the one-hour lifetime.</summary>
    [JsonPropertyName("cache_write_1h_tokens")]
    public long CacheWrite1hTokens { get; init; }

    /// <summary>API messages (distinct <c>message.id</c>) behind the counts.</summary>
    public int Messages { get; init; }

    /// <summary>Input, output, cache read and cache write tokens that subagents used; already included in the counts above.</summary>
    public long SubagentTokens { get; init; }

    /// <summary>True if a message never got its final figures (<c>stop_reason</c> null), so that output may be too low.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Partial { get; init; }

    /// <summary>The counts of messages whose prompt (input + cache read + cache write) was above 100 000 tokens.</summary>
    [JsonPropertyName("over_100k")]
    public TokenCounts? Over100k { get; init; }

    /// <summary>The counts of messages whose prompt was above 200 000 tokens; they are included in <see cref="Over100k"/> too.</summary>
    [JsonPropertyName("over_200k")]
    public TokenCounts? Over200k { get; init; }

    /// <summary>The counts of messages answered at <c>speed: "fast"</c>.</summary>
    public TokenCounts? Fast { get; init; }
}
