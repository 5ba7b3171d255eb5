using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Codebase;
using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Fleet.Network;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell;

namespace Ccflux.Receiver.Fleet.Api;

/// <summary><c>/api/v1/fleet/…</c>: the fleet page's tables as JSON or CSV.</summary>
internal static class FleetApi
{
    private const string Format = " Query: format is json or csv.";

    public static void MapFleetApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/fleet").RequireAuthorization(AdminPolicies.Reader).WithTags("Fleet");
        api.MapGet("/monitors", (HttpContext context, MonitorsQuery query, TimeProvider time) => AnswerAsync(
                context, time, "monitors", FleetColumns.Monitors, async () => (await query.ReadAsync(context.RequestAborted)).Monitors))
            .WithSummary("What is watched, by the receiver's own checks or by Uptime Kuma." + Format).ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapGet("/network", (HttpContext context, NetworkFacts facts, PageFrames frames, TimeProvider time) => AnswerAsync(
                context, time, "network", FleetColumns.Network, () => facts.ReadAsync(frames.AddressOf(context.Request), context.Request)))
            .WithSummary("How the receiver is reached and what guards it, as far as it can see." + Format).ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapGet("/codebase", (HttpContext context, TimeProvider time) => AnswerAsync(
                context, time, "codebase", FleetColumns.Codebase, () => Task.FromResult(CodebaseTable.Rows)))
            .WithSummary("Lines of the repository by language, counted when the receiver was built." + Format).ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> AnswerAsync<T>(HttpContext context, TimeProvider time, string name, ApiColumns<T> columns, Func<Task<IReadOnlyList<T>>> read)
    {
        if (!ApiFormat.TryRead(context.Request, out var isCsv))
        {
            return new Problem(StatusCodes.Status400BadRequest, ErrorCodes.InvalidPayload, $"{ApiFormat.Field}: {ApiFormat.Fault}.");
        }

        return new FleetTable<T>(name, time.GetUtcNow(), columns, await read(), isCsv);
    }
}
