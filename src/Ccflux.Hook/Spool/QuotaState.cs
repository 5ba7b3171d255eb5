using System.Text.Json.Serialization;
using Ccflux.Contracts.Quota;

namespace Ccflux.Hook.Spool;

/// <summary>A window's figure as a session shows it, since when, whether it was recorded as a reading, and whether it certainly came fresh from the issuer then.</summary>
internal sealed record LimitObservation(string Name, double UsedPercentage, DateTimeOffset? ResetsAt, DateTimeOffset At, bool Recorded, bool Fresh = false)
{
    public bool Shows(LimitWindow window) => UsedPercentage.Equals(window.UsedPercentage) && ResetsAt == window.ResetsAt;
}

/// <summary>What a session's status line showed last.</summary>
internal sealed record SeenSession(string Id, DateTimeOffset At, List<LimitObservation> Windows);

/// <summary>What status lines have shown on this machine, and the readings from them that are waiting for acknowledgement.</summary>
internal sealed class QuotaState
{
    /// <summary>Above this number the oldest readings are dropped: losing the old ones, after more than a day of constant changes, matters less than losing the newest.</summary>
    public const int MaxWaiting = 500;

    /// <summary>Latest readings kept for comparison, by account and window.</summary>
    public const int MaxLatest = 64;

    /// <summary>When a reading was last recorded.</summary>
    public DateTimeOffset? RecordedAt { get; set; }

    public List<SeenSession> Sessions { get; init; } = [];

    public List<ReportedReading> Latest { get; init; } = [];

    public List<ReportedReading> Waiting { get; init; } = [];
}

/// <summary><c>last_readings.json</c>: what the receiver acknowledged last, exactly as it was sent.</summary>
internal sealed record LastReadings(DateTimeOffset At, ReadingBatch Payload);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 16)]
[JsonSerializable(typeof(QuotaState))]
[JsonSerializable(typeof(LastReadings))]
internal sealed partial class QuotaStateJson : JsonSerializerContext;
