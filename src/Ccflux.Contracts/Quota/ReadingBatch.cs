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

/// <summary>One window of one account at one instant. Sent when a value changed, since an idle status line repeats old figures.</summary>
public sealed record ReportedReading
{
    /// <summary>The window as the client names it: <c>five_hour</c>, <c>seven_day</c>, or any other of the same form.</summary>
    public required string Window { get; init; }

    /// <summary>Share of the limit that is used, in percent; more than 100 happens.</summary>
    public required double UsedPercentage { get; init; }

    /// <summary>When the window starts anew; null where the client does not say.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    public required DateTimeOffset ObservedAt { get; init; }

    /// <summary>Whose limit it is, by <see cref="AccountKey"/>: the account's id with its organisation's where that is known; its e-mail where there is no id.</summary>
    public required string Account { get; init; }

    /// <summary>True where the figure was surely taken from the issuer at <see cref="ObservedAt"/>: its session had just begun, or the figure had moved there.
    /// A figure that falls is then news; otherwise it may be one that an idle session repeats.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Fresh { get; init; }
}
