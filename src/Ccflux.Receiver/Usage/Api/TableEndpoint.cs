using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Usage.Read;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Api;

/// <summary>Maps a table to an endpoint: reads the query string, runs the page's query and returns one part of it.</summary>
internal static class TableEndpoint
{
    /// <param name="whole">For a table that may have too many rows to read at once: its CSV file is written part by part while it is read.</param>
    public static void MapTable<T>(
        this RouteGroupBuilder api,
        string path,
        string name,
        string summary,
        TableShape table,
        ApiColumns<T> columns,
        Func<UsagePageView, ApiRequest, Paged<T>> part,
        TableFile? file = null,
        TableFilters filters = TableFilters.All,
        Func<LongTables, UsageFilter, DataScope, CancellationToken, Task<LongTable<T>>>? whole = null) =>
        api.MapGet(path, async (HttpContext context, UsagePageQuery query, LongTables tables, OrganisationCalendar calendar, TimeProvider time) =>
        {
            var faults = new List<FilterFault>();
            var request = ApiRequest.Parse(context.Request, table, calendar.DateOf(time.GetUtcNow()), faults);
            if (faults.Count > 0)
            {
                return ApiRequest.Refuse(faults);
            }

            var called = file ?? new TableFile("usage-" + name);
            if (request.Whole && whole is not null)
            {
                var rows = await whole(tables, request.Filter, Principal.Of(context).Scope, context.RequestAborted);
                return rows.Faults.Count > 0
                    ? ApiRequest.Refuse(rows.Faults)
                    : CsvFile.Of((called with { Span = rows.Span }).Name(request.Filter, time.GetUtcNow()), columns, rows.Rows);
            }

            var view = await query.ReadAsync(request.ToPage(), Principal.Of(context).Scope, context.RequestAborted);
            return view.Faults.Count > 0
                ? ApiRequest.Refuse(view.Faults)
                : TableResult.Of(called.Name(request.Filter, view.ReadAt), columns, part(view, request), called.Span is null ? request.Filter : null, request.Csv);
        }).Describe(name, summary, table, columns, filters);

    public static void MapUserTable<T>(
        this RouteGroupBuilder api,
        string path,
        string name,
        string summary,
        TableShape table,
        ApiColumns<T> columns,
        Func<UserPageView, Paged<T>> part,
        TableFilters filters,
        string? span = null,
        Func<LongTables, string, ApiRequest, DataScope, IAsyncEnumerable<T>>? whole = null) =>
        api.MapGet(path, async (string email, HttpContext context, UserPageQuery query, LongTables tables, OrganisationCalendar calendar, TimeProvider time) =>
        {
            var faults = new List<FilterFault>();
            var request = ApiRequest.Parse(context.Request, table, calendar.DateOf(time.GetUtcNow()), faults);
            if (faults.Count > 0)
            {
                return ApiRequest.Refuse(faults);
            }

            var shown = request.ToUser(email);
            var allowed = Principal.Of(context).Scope;
            if (await query.ReadAsync(request.Whole && whole is not null ? shown with { Sessions = table.Initial with { Size = 1 } } : shown, allowed, context.RequestAborted) is not { } view)
            {
                return Refusals.NoSuchUser;
            }

            var file = new TableFile(name, span).Name(view.Request.Filter, view.ReadAt);
            return view.Faults.Count > 0 ? ApiRequest.Refuse(view.Faults)
                : request.Whole && whole is not null ? CsvFile.Of(file, columns, whole(tables, view.User.Email, request, allowed))
                : TableResult.Of(file, columns, part(view), span is null ? request.Filter : null, request.Csv);
        }).Describe(name, summary, table, columns, filters);
}
