using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Usage.Read;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Api;

/// <summary>How a table becomes an endpoint: read the query string, run the page's query, answer one part of it.</summary>
internal static class TableEndpoint
{
    public static void MapTable<T>(
        this RouteGroupBuilder api,
        string path,
        string name,
        string summary,
        TableShape table,
        ApiColumns<T> columns,
        Func<UsagePageView, ApiRequest, Paged<T>> part,
        TableFilters filters = TableFilters.All) =>
        api.MapGet(path, async (HttpContext context, UsagePageQuery query, TimeProvider time) =>
        {
            var faults = new List<FilterFault>();
            var request = ApiRequest.Parse(context.Request, table, time.GetUtcNow(), faults);
            if (faults.Count > 0)
            {
                return ApiRequest.Refuse(faults);
            }

            var view = await query.ReadAsync(request.ToPage(), context.RequestAborted);
            return view.Faults.Count > 0
                ? ApiRequest.Refuse(view.Faults)
                : TableAnswer.Of(name, columns, part(view, request), request.Filter, request.Csv);
        }).Describe(name, summary, table, columns, filters);

    public static void MapUserTable<T>(
        this RouteGroupBuilder api,
        string path,
        string name,
        string summary,
        TableShape table,
        ApiColumns<T> columns,
        Func<UserPageView, Paged<T>> part,
        TableFilters filters) =>
        api.MapGet(path, async (string email, HttpContext context, UserPageQuery query, TimeProvider time) =>
        {
            var faults = new List<FilterFault>();
            var request = ApiRequest.Parse(context.Request, table, time.GetUtcNow(), faults);
            if (faults.Count > 0)
            {
                return ApiRequest.Refuse(faults);
            }

            if (await query.ReadAsync(request.ToUser(email), context.RequestAborted) is not { } view)
            {
                return new Problem(StatusCodes.Status404NotFound, "", "Nobody with that address is known here.");
            }

            return view.Faults.Count > 0
                ? ApiRequest.Refuse(view.Faults)
                : TableAnswer.Of(name, columns, part(view), request.Filter, request.Csv);
        }).Describe(name, summary, table, columns, filters);
}
