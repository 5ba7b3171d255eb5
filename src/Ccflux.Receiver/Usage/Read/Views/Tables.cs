namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>A row of "Usage by user": a user active in the period.</summary>
/// <param name="Sessions">Distinct sessions; null while a model is selected, because sessions are not counted by model.</param>
/// <param name="Turns">Distinct turns; while a model is selected, the turns that used it.</param>
/// <param name="Failed">Turns that the API refused; null while a model is selected.</param>
/// <param name="Window">In tokens, from the reported turns.</param>
/// <param name="Quota">In percent, as observed from the account; null if nothing was observed.</param>
public sealed record UserUsageRow(
    UserRef User,
    TokenSums Tokens,
    Cost Cost,
    long? Sessions,
    long Turns,
    long? Failed,
    long Messages,
    DateTimeOffset? LastActive,
    TierView Tier,
    OpenWindow? Window,
    UserQuota? Quota);

/// <summary>The sum over all rows of "Usage by user" that match the search, not only the page's.</summary>
/// <param name="Users">Users that match the search.</param>
/// <param name="Active">All users in the table, regardless of the search.</param>
/// <param name="HasQuota">True if any user's limits were observed; they are then shown in place of the estimate from tokens.</param>
public sealed record UserUsageTotal(int Users, int Active, TokenSums Tokens, Cost Cost, long? Sessions, long Turns, long? Failed, long Messages, bool HasQuota);

/// <summary>A user's open window.</summary>
/// <param name="Share">Of the limit if one was hit, otherwise of the user's peak; null if neither is known.</param>
/// <param name="ShareOfLimit">True if <paramref name="Share"/> is of an observed limit.</param>
public sealed record OpenWindow(long Billed, DateTimeOffset EndsAt, double? Share, bool ShareOfLimit);

/// <summary>A row of "Model breakdown", over all time.</summary>
/// <param name="Turns">Turns that used the model.</param>
public sealed record ModelUsageRow(ModelRef Model, TokenSums Tokens, Cost Cost, long Users, long Turns, long Messages);

/// <summary>The sum over all models that match the search.</summary>
/// <param name="Users">Distinct users over all of them.</param>
public sealed record ModelUsageTotal(TokenSums Tokens, Cost Cost, long Users, long Turns, long Messages);

/// <summary>A 5-hour window of a user.</summary>
/// <param name="Share">Of the largest window in the list, 0 to 1, for the bar.</param>
public sealed record WindowRow(
    UserRef User,
    DateTimeOffset StartedAt,
    DateTimeOffset EndsAt,
    DateTimeOffset LastAt,
    bool IsOpen,
    TokenSums Tokens,
    long Turns,
    long Sessions,
    double Share);

/// <param name="Open">Open windows before search and view, for the buttons above the table. <paramref name="Closed"/>: likewise.</param>
public sealed record WindowTable(Paged<WindowRow> Page, int Open, int Closed);

public enum DeviceStatus
{
    Active = 0,
    WaitingForApproval = 1,

    /// <summary>Active, but the same host of this user had a revoked key before.</summary>
    RegisteredAgain = 2,
    Revoked = 3,
}

/// <param name="ShortKey">The first and last eight characters of the public key.</param>
public sealed record DeviceRow(
    long Id,
    string Name,
    UserRef User,
    string ShortKey,
    DateTimeOffset RegisteredAt,
    DateTimeOffset? LastSeenAt,
    DateTimeOffset? RevokedAt,
    DeviceStatus Status)
{
    /// <summary>What the table can be sorted by, in the order of its columns.</summary>
    public static IReadOnlyDictionary<string, Func<DeviceRow, IComparable?>> SortKeys { get; } = new OrderedDictionary<string, Func<DeviceRow, IComparable?>>(StringComparer.Ordinal)
    {
        ["device"] = row => row.Name,
        ["user"] = row => row.User.Email,
        ["registered"] = row => row.RegisteredAt,
        ["last"] = row => row.LastSeenAt,
        // The first click sorts ascending, and the worst should come first.
        ["status"] = row => -(int)row.Status,
    };
}

/// <summary>One of the last events: what a turn used of one model.</summary>
public sealed record EventRow(
    long Id,
    DateTimeOffset ReceivedAt,
    DateTimeOffset EndedAt,
    UserRef User,
    string? Device,
    string SessionId,
    int TurnIndex,
    ModelRef Model,
    TokenSums Tokens,
    long Messages,
    string Outcome);

public sealed record AuditRow(long Id, DateTimeOffset At, string Actor, string Action, string Target, string Detail, string Address);
