using Ccflux.Receiver.Identity.Users;

namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>All that the query string of <c>/admin/</c> says.</summary>
/// <param name="Faults">What it said and could not mean; the page shows these and goes on with the defaults.</param>
/// <param name="Bars">Users in each list of bars; the tables have everybody.</param>
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

    public static UsagePageRequest Parse(IQueryCollection query, DateTimeOffset now)
    {
        var faults = new List<FilterFault>();
        return new UsagePageRequest(
            UsageFilter.Parse(query, now, faults),
            TableState.Parse(TableShape.Users, query, faults),
            TableState.Parse(TableShape.Models, query, faults),
            TableState.Parse(TableShape.Windows, query, faults),
            TableState.Parse(TableShape.Devices, query, faults),
            TableState.Parse(TableShape.Events, query, faults),
            TableState.Parse(TableShape.Seats, query, faults),
            TableState.Parse(TableShape.Audit, query, faults),
            faults);
    }

    /// <summary>Everything at its default, whole tables: what the export holds.</summary>
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

/// <summary>All that the query string of <c>/admin/users/{email}</c> says.</summary>
public sealed record UserPageRequest(
    string Email,
    UsageFilter Filter,
    TableState Days,
    TableState Windows,
    TableState Sessions,
    IReadOnlyList<FilterFault> Faults)
{
    public static UserPageRequest Parse(string email, IQueryCollection query, DateTimeOffset now)
    {
        var faults = new List<FilterFault>();
        return new UserPageRequest(
            UserRules.Normalize(email),
            UsageFilter.Parse(query, now, faults) with { User = UserRules.Normalize(email), Division = null },
            TableState.Parse(TableShape.Days, query, faults),
            TableState.Parse(TableShape.Windows, query, faults),
            TableState.Parse(TableShape.Sessions, query, faults),
            faults);
    }
}
