using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Api;

/// <summary>A parsed request for a table: the filter, the table's state and the format. Unlike a page, the API does not guess:
/// a value that cannot be read is a 400 that names the field.</summary>
/// <param name="Whole">A CSV file without a size: the request is for the whole table.</param>
internal sealed record ApiRequest(UsageFilter Filter, TableState State, bool Csv, bool Whole)
{
    /// <summary>More rows than any table that is read at once.</summary>
    private const int AllRows = 1 << 30;

    public static ApiRequest Parse(HttpRequest request, TableShape table, DateOnly today, ICollection<FilterFault> faults)
    {
        var filter = UsageFilter.Parse(request.Query, today, faults);
        var state = TableState.Parse(table, request.Query, faults, prefix: "");
        if (!ApiFormat.TryRead(request, out var csv))
        {
            faults.Add(new FilterFault(ApiFormat.Field, ApiFormat.Fault));
        }

        var whole = csv && !request.Query.ContainsKey("size");
        return new ApiRequest(filter, whole ? state with { Page = 1, Size = AllRows } : state, csv, whole);
    }

    public static IResult Refuse(IEnumerable<FilterFault> faults) =>
        Refusals.Invalid(string.Join("; ", faults.Select(fault => $"{fault.Field}: {fault.Message}")) + ".");

    /// <summary>The page's request with this table's state; all other tables are limited to one row.</summary>
    public UsagePageRequest ToPage()
    {
        TableState For(TableShape shape) => shape == State.Table ? State : shape.Initial with { Size = 1 };
        return new UsagePageRequest(
            Filter,
            For(TableShape.Users),
            For(TableShape.Models),
            For(TableShape.Windows),
            For(TableShape.Devices),
            For(TableShape.Events),
            For(TableShape.Seats),
            For(TableShape.Audit),
            [],
            AllRows);
    }

    public UserPageRequest ToUser(string email)
    {
        TableState For(TableShape shape) => shape == State.Table ? State : shape.Initial with { Size = 1 };
        var address = UserRules.Normalize(email);
        return new UserPageRequest(
            address, Filter with { User = address, Division = null }, For(TableShape.Days), For(TableShape.Windows), For(TableShape.Sessions), []);
    }
}
