namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>The status of a provisioned user.</summary>
public enum SeatStatus
{
    Active = 0,

    /// <summary>Has a live token and has reported before, but not for <see cref="SeatRow.SilentAfterDays"/> days or more.</summary>
    Silent = 1,

    /// <summary>Has a live token but has never reported.</summary>
    NeverReported = 2,
    Expired = 3,
    Revoked = 4,
}

/// <summary>A row of "User provisioning": a user's newest token and what is known about their client. No row contains a token or its hash.</summary>
/// <param name="ClaimedEmail">The e-mail address that a ccflux 0.1 client claimed, if it is not the token's.</param>
/// <param name="LastRefusal">Error code of the last refused report, unless one has been accepted since; a daily cap is shown until the day ends.</param>
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
    /// <summary>Three whole days without a report, so that a weekend alone does not make a user silent.</summary>
    public const int SilentAfterDays = 3;
}

/// <param name="NotReporting">Users with a live token who have never reported or are silent.</param>
public sealed record SeatTable(Paged<SeatRow> Page, int Live, int NotReporting);
