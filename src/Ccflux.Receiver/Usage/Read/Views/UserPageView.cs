

namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>Everything that <c>/admin/users/{email}</c> shows.</summary>
/// <param name="AllTime">Totals over all time.</param>
/// <param name="Windows">Windows that began in the period.</param>
/// <param name="Sessions">Sessions whose last turn is in the period.</param>
public sealed record UserPageView(
    UserPageRequest Request,
    IReadOnlyList<FilterFault> Faults,
    DateTimeOffset ReadAt,
    UserRef User,
    SeatRow Seat,
    TierView Tier,
    OpenWindow? Window,
    PriceListRef PricesOf,
    UserTotals AllTime,
    UserTotals Period,
    DailyUsage Daily,
    PeakBar? Peak,
    IReadOnlyList<ModelUsageRow> Models,
    Paged<UserDayRow> Days,
    WindowTable Windows,
    Paged<SessionRow> Sessions,
    IReadOnlyList<DeviceRow> Devices,
    IReadOnlyList<LimitEventRow> LimitEvents,
    IReadOnlyList<SharedRequestsRow> Shared);

/// <param name="Sessions">Null while a model is selected, as is <paramref name="Failed"/>.</param>
public sealed record UserTotals(TokenSums Tokens, Cost Cost, long? Sessions, long Turns, long? Failed, DateTimeOffset? FirstAt, DateTimeOffset? LastAt);

public sealed record UserDayRow(DateOnly Day, TokenSums Tokens, Cost Cost, long? Sessions, long Turns, long? Failed);

/// <param name="StartedAt">As reported by the client, otherwise the start of the first turn.</param>
public sealed record SessionRow(
    string SessionId,
    DateTimeOffset StartedAt,
    DateTimeOffset LastAt,
    TokenSums Tokens,
    Cost Cost,
    long Turns,
    IReadOnlyList<ModelShare> Models);

/// <summary>A limit hit.</summary>
/// <param name="Window">The limit's name; null if the transcript does not name it.</param>
/// <param name="Final">True if it ended the turn, false if a retry followed.</param>
public sealed record LimitEventRow(DateTimeOffset At, string? Window, DateTimeOffset? ResetsAt, bool Final, string SessionId, int TurnIndex);
