namespace Ccflux.Contracts.Usage;

/// <summary>A rate limit that the API answered with, as the transcript tells it.</summary>
public sealed record LimitEvent
{
    public required DateTimeOffset AtUtc { get; init; }

    /// <summary>The limit's name, such as <c>five_hour</c> or <c>seven_day</c>; absent where the transcript does not name it.</summary>
    public string? Window { get; init; }

    public DateTimeOffset? ResetsAtUtc { get; init; }

    /// <summary>True when this event ended the turn; false when a retry followed.</summary>
    public bool Final { get; init; }
}
