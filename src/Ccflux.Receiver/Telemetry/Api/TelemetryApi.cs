using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Docs;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Cells;

namespace Ccflux.Receiver.Telemetry.Api;

/// <summary><c>/api/v1/telemetry/…</c>: the page's tables as JSON or CSV, each a part of the page's own read.</summary>
internal static class TelemetryApi
{
    private static readonly QueryParameter[] s_period =
    [
        new("period", $"The period, today (UTC) included; {TelemetryFilter.DefaultPeriod} without it. custom takes from and to.", Values: [.. TelemetryFilter.Periods.Select(period => period.Name), TelemetryFilter.Custom]),
        new("from", "First day of a custom period, such as 2026-11-01."),
        new("to", "Last day of a custom period."),
    ];

    private static readonly QueryParameter[] s_people =
    [
        new("user", "An e-mail address, or a name as the users' table shows it."),
        new("division", $"A division, or {TelemetryFilter.NoDivision}."),
        new("terminal", "A terminal's exact name."),
    ];

    private static readonly QueryParameter s_model = new("model", "A model's exact name.");
    private static readonly QueryParameter[] s_all = [.. s_period, .. s_people, s_model];

    public static void MapTelemetryApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/telemetry").RequireAuthorization(AdminPolicies.Reader).WithTags("Telemetry");
        Map(api, "/summary", "The figures of the period and of the one before.", TelemetryColumns.Summary, TelemetryColumns.SummaryOf);
        Map(api, "/timeline", "Hour by hour up to two days, else day by day.", TelemetryColumns.Timeline, view => view.Timeline);
        Map(api, "/timeline-models", "The same by model.", TelemetryColumns.TimelineModels, TelemetryColumns.ModelsOf);
        Map(api, "/timeline-users", "All tokens of the six heaviest users, and of everyone else, hour by hour or day by day.", TelemetryColumns.TimelineUsers, TelemetryColumns.UsersOf);
        Map(api, "/models", "By model, with the period before.", TelemetryColumns.Models, view => view.Models);
        Map(api, "/users", "By user. kind says how sure it is whose it is: user (own token), claimed (organisation's token), install (no e-mail).", TelemetryColumns.Users, view => view.Users);
        Map(api, "/terminals", "Sessions by terminal.", TelemetryColumns.Terminals, view => view.Terminals, [.. s_period, .. s_people]);
        Map(api, "/tools", "Tool calls, failures and durations.", TelemetryColumns.Tools, view => view.Tools, [.. s_period, .. s_people]);
        Map(api, "/decisions", "Tool decisions; config and hook decide without the user.", TelemetryColumns.Decisions, view => view.Decisions, [.. s_period, .. s_people]);
        Map(api, "/errors", "Requests that failed after all retries, by status.", TelemetryColumns.Errors, view => view.Errors, [.. s_period, .. s_people]);
        Map(api, "/windows", "Tokens of the last five hours by user, against the plan.", TelemetryColumns.Windows, view => view.Windows, [.. s_people, s_model]);
        Map(api, "/calls", "The newest requests, as long as events are kept.", TelemetryColumns.Calls, view => view.RecentCalls);
        Map(api, "/names", "Metrics, events, attributes and services that were received and not understood or refused, and caps that were met; of all time.", TelemetryColumns.Seen, view => view.Names, []);
        Map(api, "/installs", "Installations that send no e-mail, whom the admin mapped them to, and their figures of the period.", TelemetryColumns.Installs, view => view.Installs, s_period);
        MapReconciliation(api);
    }

    private static void Map<T>(
        RouteGroupBuilder api, string path, string summary, IReadOnlyList<(string, Func<T, object?>)> columns, Func<TelemetryPageView, IEnumerable<T>> part,
        QueryParameter[]? filters = null) =>
        api.MapGet(path, (HttpContext context, TelemetryPageQuery query, TimeProvider time) => AnswerAsync(
                context, time, path[1..], columns, async filter => part(await query.ReadAsync(filter, new CallPart(0, CallPart.MaxCalls), context.RequestAborted))))
            .WithSummary(summary).TakesQuery([QueryParameter.Format, .. filters ?? s_all]).ProducesProblem(StatusCodes.Status400BadRequest);

    private static void MapReconciliation(RouteGroupBuilder api)
    {
        api.MapGet("/users/{email}/reconciliation", (string email, HttpContext context, TelemetryAdminQuery query, TimeProvider time) => AnswerAsync(
                context, time, "reconciliation", TelemetryColumns.Reconciled, async filter => await query.ReconcileAsync(email.ToLowerInvariant(), filter, context.RequestAborted)))
            .WithSummary("A user's sessions by telemetry and by hook reports, side by side, never added up.").TakesQuery([QueryParameter.Format, .. s_period]).ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> AnswerAsync<T>(
        HttpContext context, TimeProvider time, string name, IReadOnlyList<(string, Func<T, object?>)> columns, Func<TelemetryFilter, Task<IEnumerable<T>>> read)
    {
        var faults = new List<string>();
        var filter = TelemetryFilter.Parse(context.Request.Query, time.GetUtcNow(), faults);
        if (!ApiFormat.TryRead(context.Request, out var isCsv))
        {
            faults.Add($"{ApiFormat.Field}: {ApiFormat.Fault}");
        }

        if (faults.Count > 0)
        {
            return new Problem(StatusCodes.Status400BadRequest, ErrorCodes.InvalidPayload, string.Join("; ", faults) + ".");
        }

        var rows = await read(filter);
        return new ApiTable(
            "ccflux-telemetry-" + name,
            [.. columns.Select(column => column.Item1)],
            rows.Select(row => columns.Select(column => column.Item2(row))),
            isCsv,
            json =>
            {
                json.WriteString("from", ApiValue.Format(filter.From));
                json.WriteString("to", ApiValue.Format(filter.To));
            });
    }
}
