namespace Ccflux.Contracts.Usage;

/// <summary>Body of <c>POST /report</c>, schema 1: the payload of ccflux 0.1, one turn per request. Accepted, never sent.</summary>
public sealed record LegacyReport
{
    public const int Version = 1;

    public int SchemaVersion { get; init; } = Version;

    public required string SessionId { get; init; }

    /// <summary>The user's e-mail address according to the client. The token decides; a difference is shown to the admin.</summary>
    public string? UserEmail { get; init; }

    public required int TurnIndex { get; init; }

    public required string TimestampUtc { get; init; }

    public string? SessionStartUtc { get; init; }

    public required IReadOnlyDictionary<string, LegacyModelUsage> Models { get; init; }

    public string? PluginVersion { get; init; }
}

/// <summary>Usage of one model in a <see cref="LegacyReport"/>.</summary>
public sealed record LegacyModelUsage
{
    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CacheReadTokens { get; init; }

    public long CacheWriteTokens { get; init; }
}
