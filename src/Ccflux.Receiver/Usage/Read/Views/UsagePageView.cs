namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>All that <c>/admin/</c> shows, read in one snapshot of the database.</summary>
/// <param name="Request">What was asked, as it was understood: names that are not known are gone from the filter.</param>
/// <param name="Faults">Fields of the query string that were not accepted.</param>
/// <param name="UserBars">Billed tokens by user, the heaviest first; at most <see cref="UsagePageRequest.Bars"/>, <paramref name="UsersTotal"/> counts all.</param>
/// <param name="PricesOf">Which price list the values are from.</param>
/// <param name="Seats">User provisioning; follows no filter.</param>
public sealed record UsagePageView(
    UsagePageRequest Request,
    IReadOnlyList<FilterFault> Faults,
    DateTimeOffset ReadAt,
    FilterChoices Choices,
    PriceListRef PricesOf,
    UsageCards Cards,
    DailyUsage Daily,
    IReadOnlyList<UserBar> UserBars,
    IReadOnlyList<ModelBar> ModelBars,
    IReadOnlyList<DivisionBar> Divisions,
    PeakList Peaks,
    IReadOnlyList<Attention> WorthALook,
    Paged<UserUsageRow> Users,
    UserUsageTotal UsersTotal,
    Paged<ModelUsageRow> Models,
    ModelUsageTotal ModelsTotal,
    WindowTable Windows,
    Paged<DeviceRow> Devices,
    Paged<EventRow> Events,
    SeatTable Seats,
    Paged<AuditRow> Audit)
{
    /// <summary>True until the first report arrives.</summary>
    public bool IsEmpty => Daily.FirstDay is null;
}

/// <summary>What the filter bar offers.</summary>
/// <param name="Users">Everybody who reported or is provisioned, by e-mail.</param>
public sealed record FilterChoices(IReadOnlyList<UserRef> Users, IReadOnlyList<string> Divisions, IReadOnlyList<ModelRef> Models);
