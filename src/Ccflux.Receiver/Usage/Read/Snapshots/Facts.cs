using System.Runtime.InteropServices;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>A user with their client, totals over all time and tier.</summary>
internal sealed record UserFacts
{
    public long Id { get; init; }

    public string Email { get; init; } = "";

    public string Division { get; init; } = "";

    public long CreatedAt { get; init; }

    public long? LastReportAt { get; init; }

    public string? PluginVersion { get; init; }

    public string? ClaudeCodeVersion { get; init; }

    public string? Platform { get; init; }

    public string? ClaimedEmail { get; init; }

    public string? LastRefusal { get; init; }

    public long? LastRefusalAt { get; init; }

    public long? Sessions { get; init; }

    public long? Turns { get; init; }

    public long? Failed { get; init; }

    public long? FirstAt { get; init; }

    public long? LastAt { get; init; }

    public string? TierLabel { get; init; }

    public long? TierPeak { get; init; }

    public string? TierMethod { get; init; }

    public long? TierWindows { get; init; }

    public long? LimitHitAt { get; init; }

    public UserRef Ref => new(Id, Email, Division);

    /// <summary>Billed tokens of the 5-hour window when a limit was hit; null if none was observed.</summary>
    public long? LimitTokens => TierMethod is "limit_hit" ? TierPeak : null;

    public TierView Tier => TierLabel is null
        ? TierView.None
        : new TierView(TierLabel, Confidence, TierPeak ?? 0, (int)(TierWindows ?? 0), UnixTime.At(LimitHitAt));

    private TierConfidence Confidence => (TierMethod, TierWindows) switch
    {
        ("limit_hit", _) => TierConfidence.High,
        ("inferred", >= 10) => TierConfidence.Medium,
        ("inferred", >= 3) => TierConfidence.Low,
        _ => TierConfidence.Unknown,
    };

    /// <summary>Reads a row of <see cref="UsageReadSql.Users"/>.</summary>
    public static UserFacts Read(Rows rows) => new()
    {
        Id = rows.Int64(0),
        Email = rows.Text(1),
        Division = rows.Text(2),
        CreatedAt = rows.Int64(3),
        LastReportAt = rows.Int64OrNull(4),
        PluginVersion = rows.TextOrNull(5),
        ClaudeCodeVersion = rows.TextOrNull(6),
        Platform = rows.TextOrNull(7),
        ClaimedEmail = rows.TextOrNull(8),
        LastRefusal = rows.TextOrNull(9),
        LastRefusalAt = rows.Int64OrNull(10),
        Sessions = rows.Int64OrNull(11),
        Turns = rows.Int64OrNull(12),
        Failed = rows.Int64OrNull(13),
        FirstAt = rows.Int64OrNull(14),
        LastAt = rows.Int64OrNull(15),
        TierLabel = rows.TextOrNull(16),
        TierPeak = rows.Int64OrNull(17),
        TierMethod = rows.TextOrNull(18),
        TierWindows = rows.Int64OrNull(19),
        LimitHitAt = rows.Int64OrNull(20),
    };
}

/// <summary>A refresh token's row, without the token. Its times are text, because rows can also be inserted manually.</summary>
internal sealed record TokenFacts
{
    public string Email { get; init; } = "";

    public string Division { get; init; } = "";

    public string? ExpiresAt { get; init; }

    public long Revoked { get; init; }

    public string? CreatedAt { get; init; }

    public long? DaysValid { get; init; }

    public DateTimeOffset? Expires => Instant(ExpiresAt);

    public DateTimeOffset? Created => Instant(CreatedAt);

    /// <summary>Reads a row of <see cref="UsageReadSql.Tokens"/>.</summary>
    public static TokenFacts Read(Rows rows) => new()
    {
        Email = rows.Text(0),
        Division = rows.Text(1),
        ExpiresAt = rows.TextOrNull(2),
        Revoked = rows.Int64(3),
        CreatedAt = rows.TextOrNull(4),
        DaysValid = rows.Int64OrNull(5),
    };

    /// <summary>A date that cannot be read counts as expired: such a token is refused, too.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt is { Length: > 0 } && !(Expires > now);

    private static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : null;
}

/// <summary>A user's model over all time.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct UserModelFacts(int User, int Model, long Events, long Messages, TokenSums Tokens);

internal sealed record DeviceFacts
{
    public long Id { get; init; }

    public long UserId { get; init; }

    public string PublicKey { get; init; } = "";

    public string Name { get; init; } = "";

    public long RegisteredAt { get; init; }

    public long? LastSeenAt { get; init; }

    public long? ApprovedAt { get; init; }

    public long? RevokedAt { get; init; }

    public long Reregistered { get; init; }

    public DeviceStatus Status => this switch
    {
        { RevokedAt: not null } => DeviceStatus.Revoked,
        { ApprovedAt: null } => DeviceStatus.WaitingForApproval,
        { Reregistered: not 0 } => DeviceStatus.RegisteredAgain,
        _ => DeviceStatus.Active,
    };

    /// <summary>Reads a row of <see cref="UsageReadSql.Devices"/>.</summary>
    public static DeviceFacts Read(Rows rows) => new()
    {
        Id = rows.Int64(0),
        UserId = rows.Int64(1),
        PublicKey = rows.Text(2),
        Name = rows.Text(3),
        RegisteredAt = rows.Int64(4),
        LastSeenAt = rows.Int64OrNull(5),
        ApprovedAt = rows.Int64OrNull(6),
        RevokedAt = rows.Int64OrNull(7),
        Reregistered = rows.Int64(8),
    };
}
