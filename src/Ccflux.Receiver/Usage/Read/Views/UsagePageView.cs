namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>Everything that <c>/admin/</c> shows, read in one snapshot of the database.</summary>
/// <param name="Request">The request as understood: unknown names are removed from the filter.</param>
/// <param name="Faults">Fields of the query string that were not accepted.</param>
/// <param name="UserBars">Billed tokens by user, largest first; at most <see cref="UsagePageRequest.Bars"/>, <paramref name="UsersTotal"/> counts all.</param>
/// <param name="PricesOf">The price list from which values are calculated.</param>
/// <param name="Seats">User provisioning; ignores all filters.</param>
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

/// <summary>The options in the filter bar.</summary>
/// <param name="Users">Everyone who has reported or is provisioned, sorted by e-mail address.</param>
public sealed record FilterChoices(IReadOnlyList<UserRef> Users, IReadOnlyList<string> Divisions, IReadOnlyList<ModelRef> Models);
