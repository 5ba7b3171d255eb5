namespace Ccflux.Contracts.Usage;

/// <summary>One turn: a user's prompt and everything that followed until the next one. A failed turn has no models and is still a turn.</summary>
public sealed record TurnReport
{
    public required string SessionId { get; init; }

    /// <summary>Position of the prompt in the session's main transcript, from 0.</summary>
    public required int TurnIndex { get; init; }

    /// <summary>When the turn's first row was written.</summary>
    public required DateTimeOffset StartedUtc { get; init; }

    /// <summary>When the turn's last row was written. The turn belongs to the day and the 5-hour window of this instant.</summary>
    public required DateTimeOffset EndedUtc { get; init; }

    public DateTimeOffset? SessionStartUtc { get; init; }

    /// <summary>How the client was started, in its own words: <c>cli</c>, <c>sdk-cli</c>, …</summary>
    public string? Entrypoint { get; init; }

    /// <summary>One of <see cref="TurnOutcome"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>True if the times were moved because this machine's clock disagreed with the receiver's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ClockAdjusted { get; init; }

    /// <summary>Usage by model name, as the API names the model.</summary>
    public IReadOnlyDictionary<string, ModelUsage> Models { get; init; } = new Dictionary<string, ModelUsage>(StringComparer.Ordinal);

    public IReadOnlyList<LimitEvent>? LimitEvents { get; init; }
}
