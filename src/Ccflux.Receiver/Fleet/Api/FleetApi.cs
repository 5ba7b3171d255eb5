using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Fleet.Pages;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Docs;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell;
using Microsoft.OpenApi;

namespace Ccflux.Receiver.Fleet.Api;

/// <summary><c>/api/v1/fleet/…</c>: the fleet page's tables as JSON or CSV.</summary>
internal static class FleetApi
{
    private static readonly QueryParameter[] s_events =
    [
        new("kind", "Which part of the log. Default: all of it.", Values: [.. LogQuery.Parts.Select(part => part.Name)]),
        new("page", $"1 to {LogQuery.MaxPage}. Default: 1.", JsonSchemaType.Integer),
    ];

    public static void MapFleetApi(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/status", async (HttpContext context, BoardQuery query) =>
                TypedResults.Json(StatusReply.Of(await query.ReadAsync(context.RequestAborted)), FleetApiJson.Default.StatusReply))
            .RequireAuthorization(AdminPolicies.Reader).WithTags("Fleet")
            .WithSummary("The account in use and how full each account is, for status lines and scripts.");

        var api = endpoints.MapGroup("/api/v1/fleet").RequireAuthorization(AdminPolicies.Reader).WithTags("Fleet");
        MapBoard(api, "accounts", "Accounts of the vault in the order of use, with logins as fingerprints.", FleetColumns.Accounts, board => board.Accounts);
        MapBoard(api, "agents", "Agents, what they may use and whether they are online.", FleetColumns.Agents, board => board.Agents);
        MapBoard(api, "sessions", "Live sessions of Claude Code.", FleetColumns.Sessions, board => board.Sessions);
        MapBoard(api, "decisions", "The last decision of rotation for each config dir with a live session, the account that comes next, and the figures behind it.", FleetColumns.Decisions, board => board.Decisions);
        MapBoard(api, "pins", "Pins, and what they apply to.", FleetColumns.Pins, board => board.Pins);
        Map(api, "monitors", "Monitors, by the receiver's own checks or by Uptime Kuma.", FleetColumns.Monitors, async context =>
            (await context.RequestServices.GetRequiredService<MonitorsQuery>().ReadAsync(context.RequestAborted)).Monitors);
        Map(api, "network", "How the receiver is reached and what protects it, as far as it can detect.", FleetColumns.Network, context =>
            context.RequestServices.GetRequiredService<NetworkFacts>().ReadAsync(context.RequestServices.GetRequiredService<PageFrames>().AddressOf(context.Request), context.Request));
        Map(api, "codebase", "Lines of the repository by language, counted when the receiver was built.", FleetColumns.Codebase, _ => Task.FromResult(CodebaseTable.Rows));
        Map(
            api,
            "events",
            $"Decisions of rotation and accesses to logins, newest first, {LogQuery.Size} per page.",
            FleetColumns.Events,
            async context => (await context.RequestServices.GetRequiredService<LogQuery>().ReadAsync(context.Request.Query["kind"], context.Request.Query["page"], context.RequestAborted)).Lines,
            EventFault,
            s_events);
    }

    private static void MapBoard<T>(RouteGroupBuilder api, string name, string summary, ApiColumns<T> columns, Func<Board, IReadOnlyList<T>> part) =>
        Map(api, name, summary, columns, async context => part(await context.RequestServices.GetRequiredService<BoardQuery>().ReadAsync(context.RequestAborted)));

    private static void Map<T>(
        RouteGroupBuilder api, string name, string summary, ApiColumns<T> columns, Func<HttpContext, Task<IReadOnlyList<T>>> read, Func<HttpRequest, string?>? fault = null, params QueryParameter[] more) =>
        api.MapGet("/" + name, (HttpContext context, TimeProvider time) => AnswerAsync(context, time, name, columns, read, fault))
            .WithSummary(summary).TakesQuery([QueryParameter.Format, .. more]).ProducesProblem(StatusCodes.Status400BadRequest);

    private static string? EventFault(HttpRequest request)
    {
        string kind = request.Query["kind"].ToString(), page = request.Query["page"].ToString();
        var faults = new List<string>();
        if (!LogQuery.Parts.Any(part => string.Equals(part.Name, kind, StringComparison.Ordinal)))
        {
            faults.Add("kind: switches, tokens, agents or refused");
        }

        if (page.Length > 0 && FleetFormResults.Number(page) is < 1 or > LogQuery.MaxPage)
        {
            faults.Add($"page: 1 to {LogQuery.MaxPage}");
        }

        return faults.Count == 0 ? null : string.Join("; ", faults) + ".";
    }

    private static async Task<IResult> AnswerAsync<T>(
        HttpContext context, TimeProvider time, string name, ApiColumns<T> columns, Func<HttpContext, Task<IReadOnlyList<T>>> read, Func<HttpRequest, string?>? fault)
    {
        var wrong = ApiFormat.TryRead(context.Request, out var isCsv) ? fault?.Invoke(context.Request) : $"{ApiFormat.Field}: {ApiFormat.Fault}.";
        return wrong is null
            ? ApiTable.Of(FileNames.Of("fleet-" + name, "csv", FileNames.Day(DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime))), columns, await read(context), isCsv, json => json.WriteString("at", ApiValue.Format(time.GetUtcNow())))
            : Refusals.Invalid(wrong);
    }
}
