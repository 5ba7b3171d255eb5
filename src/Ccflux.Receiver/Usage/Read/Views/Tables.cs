namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>A row of "usage by user": who was active in the period.</summary>
/// <param name="Sessions">Distinct sessions; null while a model is chosen, since sessions are not counted by model.</param>
/// <param name="Turns">Distinct turns; while a model is chosen, the turns that used it.</param>
/// <param name="Failed">Turns that the API refused; null while a model is chosen.</param>
/// <param name="Window">In tokens, by the turns reported here.</param>
/// <param name="Quota">In percent, as the account showed it; null where nothing was observed.</param>
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

/// <summary>The sum over all rows of "usage by user" that the search leaves, not only the page's.</summary>
/// <param name="Users">People that the search leaves.</param>
/// <param name="Active">All people of the table, whatever the search.</param>
/// <param name="HasQuota">Limits of somebody were observed; they stand in the place of what tokens let one guess.</param>
public sealed record UserUsageTotal(int Users, int Active, TokenSums Tokens, Cost Cost, long? Sessions, long Turns, long? Failed, long Messages, bool HasQuota);

/// <summary>The window a user is in now.</summary>
/// <param name="Share">Of the limit where one was hit, else of the user's peak; null where neither is known.</param>
/// <param name="ShareOfLimit">True where <paramref name="Share"/> is of an observed limit.</param>
public sealed record OpenWindow(long Billed, DateTimeOffset EndsAt, double? Share, bool ShareOfLimit);

/// <summary>A row of "model breakdown", over all time.</summary>
/// <param name="Turns">Turns that used the model.</param>
public sealed record ModelUsageRow(ModelRef Model, TokenSums Tokens, Cost Cost, long Users, long Turns, long Messages);

/// <summary>The sum over all models that the search leaves.</summary>
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

/// <param name="Open">Open windows before search and view, for the buttons above the table; <paramref name="Closed"/> alike.</param>
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
    DeviceStatus Status);

/// <summary>One of the last events: what a turn used of one model.</summary>
public sealed record EventRow(
    long Id,
    DateTimeOffset ReceivedAt,
    DateTimeOffset EndedAt,
    UserRef User,
    string? Device,
    string SessionId,
    int TurnIndex,
    int SchemaVersion,
    ModelRef Model,
    TokenSums Tokens,
    long Messages,
    string Outcome,
    bool Partial);

public sealed record AuditRow(long Id, DateTimeOffset At, string Actor, string Action, string Target, string Detail, string Address);
