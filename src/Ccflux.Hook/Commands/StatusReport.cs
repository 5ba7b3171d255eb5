using System.Text.Json.Serialization;
using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Agent;
using Ccflux.Hook.Install;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Telemetry;

namespace Ccflux.Hook.Commands;

/// <summary>What <c>ccflux status</c> shows and <c>--json</c> prints. It contains no secret.</summary>
internal sealed record StatusReport
{
    public required string Version { get; init; }

    public required string ConfigDir { get; init; }

    /// <summary>The oldest Claude Code that runs the hooks as they are written.</summary>
    public required string OldestClaudeCode { get; init; }

    /// <summary>The Claude Code version in the last report; null if none was sent yet.</summary>
    public string? LastClaudeCode { get; init; }

    /// <summary>Whether Claude Code will run our hooks, and why not.</summary>
    public required HookStatus Hooks { get; init; }

    public string? Endpoint { get; init; }

    /// <summary>Why nothing can be sent, if the configuration is the reason.</summary>
    public string? ConfigurationProblem { get; init; }

    /// <summary>Why nothing is written to the state directory, and therefore nothing is sent; null if all is well.</summary>
    public string? StateProblem { get; init; }

    /// <summary>Sessions of Claude Desktop's agent mode on this machine, which no hook reports.</summary>
    public int DesktopSessions { get; init; }

    /// <summary>When a backfill goes on that the receiver's allowance for history stopped; null if there is none.</summary>
    public DateTimeOffset? BackfillRestsUntilUtc { get; init; }

    public required bool TokenSet { get; init; }

    public required bool TokenRefused { get; init; }

    /// <summary>The public half of this device's key; null if none was created yet.</summary>
    public string? PublicKey { get; init; }

    public required bool KeyRegistered { get; init; }

    public required bool KeyRevoked { get; init; }

    public required bool Paused { get; init; }

    /// <summary>Intervals of which nothing is ever sent.</summary>
    public required IReadOnlyList<PausedInterval> PausedIntervals { get; init; }

    /// <summary>Size in bytes of what was read from transcripts and waits for acknowledgement.</summary>
    public required long OutboxBytes { get; init; }

    /// <summary>Since when transcripts are not read because there is no room for more; what is deleted from them meanwhile is lost. Null if there is room.</summary>
    public DateTimeOffset? OutboxFullSinceUtc { get; init; }

    /// <summary>Hook events that deliver has not processed yet.</summary>
    public required int Spooled { get; init; }

    /// <summary>True while a deliver is running.</summary>
    public required bool Delivering { get; init; }

    /// <summary>What the receiver answered just now: <c>ok</c>, or why it did not.</summary>
    public string? Reachable { get; init; }

    /// <summary>Whether Claude Code's own telemetry is on in this config directory or environment.</summary>
    public required bool Telemetry { get; init; }

    /// <summary>How it is configured, and what is missing.</summary>
    public required TelemetryStatus TelemetrySettings { get; init; }

    /// <summary>Quota readings of status lines that are waiting for acknowledgement.</summary>
    public required int ReadingsWaiting { get; init; }

    public DateTimeOffset? LastReadingsUtc { get; init; }

    /// <summary>The last quota readings, exactly as they were sent.</summary>
    public ReadingBatch? LastReadings { get; init; }

    /// <summary>Null if this config directory belongs to no fleet.</summary>
    public FleetStatus? Fleet { get; init; }

    public DateTimeOffset? LastReportUtc { get; init; }

    /// <summary>The last request, exactly as it was sent.</summary>
    public RequestBatch? LastPayload { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(StatusReport))]
internal sealed partial class StatusJson : JsonSerializerContext;
