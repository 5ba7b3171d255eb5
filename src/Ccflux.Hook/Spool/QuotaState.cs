using System.Text.Json.Serialization;
using Ccflux.Contracts.Quota;

namespace Ccflux.Hook.Spool;

/// <summary>A window's figure as a session shows it, since when, whether that was recorded as a reading, and whether it was surely taken from the issuer then.</summary>
internal sealed record LimitObservation(string Name, double UsedPercentage, DateTimeOffset? ResetsAt, DateTimeOffset At, bool Recorded, bool Fresh = false)
{
    public bool Shows(LimitWindow window) => UsedPercentage.Equals(window.UsedPercentage) && ResetsAt == window.ResetsAt;
}

/// <summary>What a session's status line showed last.</summary>
internal sealed record SeenSession(string Id, DateTimeOffset At, List<LimitObservation> Windows);

/// <summary>What status lines have shown on this machine, and the readings of it that await acknowledgement.</summary>
internal sealed class QuotaState
{
    /// <summary>Beyond it the oldest readings go: a day and more of a status line that changes all the time would not be missed as much as the newest.</summary>
    public const int MaxWaiting = 500;

    /// <summary>Newest readings held for comparison, by account and window.</summary>
    public const int MaxLatest = 64;

    /// <summary>When something was recorded last.</summary>
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
