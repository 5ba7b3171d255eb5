using Ccflux.Receiver.Identity.Users;

namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>The parsed query string of <c>/admin/</c>.</summary>
/// <param name="Faults">Values that were not accepted; the page shows them and uses the defaults instead.</param>
/// <param name="Bars">Maximum users in each list of bars; the tables list all users.</param>
public sealed record UsagePageRequest(
    UsageFilter Filter,
    TableState Users,
    TableState Models,
    TableState Windows,
    TableState Devices,
    TableState Events,
    TableState Seats,
    TableState Audit,
    IReadOnlyList<FilterFault> Faults,
    int Bars = UsagePageRequest.DefaultBars)
{
    public const int DefaultBars = 25;

    public static UsagePageRequest Parse(IQueryCollection query, DateOnly today)
    {
        var faults = new List<FilterFault>();
        return new UsagePageRequest(
            UsageFilter.Parse(query, today, faults),
            TableState.Parse(TableShape.Users, query, faults),
            TableState.Parse(TableShape.Models, query, faults),
            TableState.Parse(TableShape.Windows, query, faults),
            TableState.Parse(TableShape.Devices, query, faults),
            TableState.Parse(TableShape.Events, query, faults),
            TableState.Parse(TableShape.Seats, query, faults),
            TableState.Parse(TableShape.Audit, query, faults),
            faults);
    }

    /// <summary>The request for the export: everything at its default, with whole tables.</summary>
    public static UsagePageRequest Whole(UsageFilter filter) => new(
        filter,
        Whole(TableShape.Users),
        Whole(TableShape.Models),
        Whole(TableShape.Windows),
        Whole(TableShape.Devices),
        TableShape.Events.Initial,
        Whole(TableShape.Seats),
        TableShape.Audit.Initial,
        []);

    private static TableState Whole(TableShape table) => table.Initial with { Size = TableState.MaxSize };
}

/// <summary>The parsed query string of <c>/admin/users/{email}</c>.</summary>
public sealed record UserPageRequest(
    string Email,
    UsageFilter Filter,
    TableState Days,
    TableState Windows,
    TableState Sessions,
    IReadOnlyList<FilterFault> Faults)
{
    public static UserPageRequest Parse(string email, IQueryCollection query, DateOnly today)
    {
        var faults = new List<FilterFault>();
        return new UserPageRequest(
            UserRules.Normalize(email),
            UsageFilter.Parse(query, today, faults) with { User = UserRules.Normalize(email), Division = null },
            TableState.Parse(TableShape.Days, query, faults),
            TableState.Parse(TableShape.Windows, query, faults),
            TableState.Parse(TableShape.Sessions, query, faults),
            faults);
    }
}
