namespace Ccflux.Contracts.Usage;

/// <summary>A rate limit in an answer of the API, as recorded in the transcript.</summary>
public sealed record LimitEvent
{
    public required DateTimeOffset AtUtc { get; init; }

    /// <summary>The limit's name, such as <c>five_hour</c> or <c>seven_day</c>; absent if the transcript does not name it.</summary>
    public string? Window { get; init; }

    public DateTimeOffset? ResetsAtUtc { get; init; }

    /// <summary>True when this event ended the turn; false when a retry followed.</summary>
    public bool Final { get; init; }
}
