using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Import;

// Rows of a ccflux 0.1 database, with the columns in the order of LegacySql.

internal sealed class LegacyToken
{
    public string Token { get; init; } = "";

    public string Email { get; init; } = "";

    public string Division { get; init; } = "";

    public string? ExpiresAt { get; init; }

    public long Revoked { get; init; }

    public string CreatedAt { get; init; } = "";

    public static LegacyToken Read(Rows rows) => new()
    {
        Token = rows.Text(0),
        Email = rows.Text(1),
        Division = rows.Text(2),
        ExpiresAt = rows.TextOrNull(3),
        Revoked = rows.Int64(4),
        CreatedAt = rows.Text(5),
    };
}

internal sealed class LegacyUser
{
    public string Email { get; init; } = "";

    public string Division { get; init; } = "";

    public static LegacyUser Read(Rows rows) => new()
    {
        Email = rows.Text(0),
        Division = rows.Text(1),
    };
}

internal sealed class LegacyDevice
{
    public string PublicKey { get; init; } = "";

    public string Email { get; init; } = "";

    public string? Name { get; init; }

    public long Revoked { get; init; }

    public long? RegisteredAt { get; init; }

    public long? LastSeenAt { get; init; }

    public static LegacyDevice Read(Rows rows) => new()
    {
        PublicKey = rows.Text(0),
        Email = rows.Text(1),
        Name = rows.TextOrNull(2),
        Revoked = rows.Int64(3),
        RegisteredAt = rows.Int64OrNull(4),
        LastSeenAt = rows.Int64OrNull(5),
    };
}

internal sealed class LegacyTier
{
    public string Email { get; init; } = "";

    public string Label { get; init; } = "";

    public long PeakTokens { get; init; }

    public string Method { get; init; } = "";

    public long WindowCount { get; init; }

    public static LegacyTier Read(Rows rows) => new()
    {
        Email = rows.Text(0),
        Label = rows.Text(1),
        PeakTokens = rows.Int64(2),
        Method = rows.Text(3),
        WindowCount = rows.Int64(4),
    };
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

    public static LegacyEvent Read(Rows rows) => new()
    {
        Email = rows.Text(0),
        SessionId = rows.Text(1),
        TurnIndex = rows.Int64(2),
        Model = rows.Text(3),
        Timestamp = rows.Text(4),
        SessionStart = rows.TextOrNull(5),
        ReceivedAt = rows.TextOrNull(6),
        Device = rows.TextOrNull(7),
        PluginVersion = rows.TextOrNull(8),
        Input = rows.Int64(9),
        Output = rows.Int64(10),
        CacheRead = rows.Int64(11),
        CacheWrite = rows.Int64(12),
    };
}
