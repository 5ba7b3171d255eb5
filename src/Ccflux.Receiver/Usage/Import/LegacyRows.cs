namespace Ccflux.Receiver.Usage.Import;

// Rows of a ccflux 0.1 database, as read by LegacySql.

internal sealed class LegacyToken
{
    public string Token { get; init; } = "";

    public string Email { get; init; } = "";

    public string Division { get; init; } = "";

    public string? ExpiresAt { get; init; }

    public long Revoked { get; init; }

    public string CreatedAt { get; init; } = "";
}

internal sealed class LegacyUser
{
    public string Email { get; init; } = "";

    public string Division { get; init; } = "";
}

internal sealed class LegacyDevice
{
    public string PublicKey { get; init; } = "";

    public string Email { get; init; } = "";

    public string? Name { get; init; }

    public long Revoked { get; init; }

    public long? RegisteredAt { get; init; }

    public long? LastSeenAt { get; init; }
}

internal sealed class LegacyTier
{
    public string Email { get; init; } = "";

    public string Label { get; init; } = "";

    public long PeakTokens { get; init; }

    public string Method { get; init; } = "";

    public long WindowCount { get; init; }
}

internal sealed class LegacyEvent
{
    public string Email { get; init; } = "";

    public string SessionId { get; init; } = "";

    public long TurnIndex { get; init; }

    public string Model { get; init; } = "";

    public string Timestamp { get; init; } = "";

    public string? SessionStart { get; init; }

    public string? ReceivedAt { get; init; }

    public string? Device { get; init; }

    public string? PluginVersion { get; init; }

    public long Input { get; init; }

    public long Output { get; init; }

    public long CacheRead { get; init; }

    public long CacheWrite { get; init; }
}
