namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>Where a provisioned user stands.</summary>
public enum SeatStatus
{
    Active = 0,

    /// <summary>Has a live token, reported before, and has been quiet for <see cref="SeatRow.SilentAfterDays"/> days or more.</summary>
    Silent = 1,

    /// <summary>Has a live token and never reported.</summary>
    NeverReported = 2,
    Expired = 3,
    Revoked = 4,
}

/// <summary>A row of "user provisioning": a person's newest token and what is known of their client. No row holds a token or its hash.</summary>
/// <param name="ClaimedEmail">The address a ccflux 0.1 client named, where it is not the token's.</param>
/// <param name="LastRefusal">Error code of the last refused report, unless one was accepted since; a daily cap is named until the day ends.</param>
public sealed record SeatRow(
    UserRef User,
    SeatStatus Status,
    int? SilentDays,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? ExpiresAt,
    int? DaysValid,
    DateTimeOffset? LastReportAt,
    string? PluginVersion,
    string? ClaudeCodeVersion,
    string? Platform,
    string? ClaimedEmail,
    string? LastRefusal,
    DateTimeOffset? LastRefusalAt)
{
    /// <summary>Three whole days without a report, so that a weekend alone does not count.</summary>
    public const int SilentAfterDays = 3;
}

/// <param name="NotReporting">People with a live token who never reported or are silent.</param>
public sealed record SeatTable(Paged<SeatRow> Page, int Live, int NotReporting);
