using Ccflux.Contracts.Usage;

namespace Ccflux.Contracts.Quota;

/// <summary>Body of <c>POST /quota/readings</c>: what status lines showed since the last batch.</summary>
public sealed record ReadingBatch
{
    public const int Version = 1;

    public int SchemaVersion { get; init; } = Version;

    public required ClientInfo Client { get; init; }

    public required IReadOnlyList<ReportedReading> Readings { get; init; }
}

/// <summary>One window of one account at one instant. Sent when a value changes, since an idle status line repeats old figures.</summary>
public sealed record ReportedReading
{
    /// <summary>The window's name in the client: <c>five_hour</c>, <c>seven_day</c>, or any other of the same form.</summary>
    public required string Window { get; init; }

    /// <summary>Used share of the limit, in percent; it can exceed 100.</summary>
    public required double UsedPercentage { get; init; }

    /// <summary>When the window resets; null if the client does not say.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    public required DateTimeOffset ObservedAt { get; init; }

    /// <summary>The account that the limit belongs to, as an <see cref="AccountKey"/>: its id with its organisation's if known; its e-mail address if there is no id.</summary>
    public required string Account { get; init; }

    /// <summary>True if the figure certainly came from the issuer at <see cref="ObservedAt"/>: its session had just started, or the figure had changed there.
    /// A figure that falls is then news; otherwise it may be one that an idle session repeats.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Fresh { get; init; }
}
