using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Docs;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Api;

/// <summary><c>/api/v1/telemetry/…</c>: the page's tables as JSON or CSV, each a part of the read that serves the page.</summary>
internal static class TelemetryApi
{
    private static readonly QueryParameter[] s_period =
    [
        new("period", $"The period, including today (UTC); {TelemetryFilter.DefaultPeriod} by default. custom uses from and to.", Values: [.. TelemetryFilter.Periods.Select(period => period.Name), TelemetryFilter.Custom]),
        new("from", "First day of a custom period, such as 2026-11-01."),
        new("to", "Last day of a custom period."),
    ];

    public static void MapTelemetryApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/telemetry").RequirePermission(Permission.UsageRead).WithTags("Telemetry");
        QueryParameter[] people = [.. People(endpoints.ServiceProvider.GetRequiredService<LabelNames>())];
        QueryParameter model = new("model", "A model's exact name.");
        QueryParameter[] all = [.. s_period, .. people, model];
        Map(api, "/summary", "The figures of the period; before is those of the previous period of equal length, to compare with period_compared: complete hours while the period has not ended.", TelemetryColumns.Summary, TelemetryColumns.SummaryOf, all);
        Map(api, "/timeline", "By hour up to two days, otherwise by day.", TelemetryColumns.Timeline, view => view.Timeline, all);
        Map(api, "/timeline-models", "The same by model.", TelemetryColumns.TimelineModels, TelemetryColumns.ModelsOf, all);
        Map(api, "/timeline-users", "All tokens of the six heaviest users, and of everyone else, by hour or by day.", TelemetryColumns.TimelineUsers, TelemetryColumns.UsersOf, all);
        Map(api, "/models", "By model, with the previous period.", TelemetryColumns.Models, view => view.Models, all);
        Map(api, "/users", "By user. kind says how certain the user is: user (own token), claimed (organisation's token), install (no e-mail address).", TelemetryColumns.Users, view => view.Users, all);
        Map(api, "/terminals", "Sessions by terminal.", TelemetryColumns.Terminals, view => view.Terminals, [.. s_period, .. people]);
        Map(api, "/tools", "Tool calls, failures and durations.", TelemetryColumns.Tools, view => view.Tools, [.. s_period, .. people]);
        Map(api, "/decisions", "Tool decisions; config and hook decide without the user.", TelemetryColumns.Decisions, view => view.Decisions, [.. s_period, .. people]);
        Map(api, "/errors", "Requests that failed after all retries, by status.", TelemetryColumns.Errors, view => view.Errors, [.. s_period, .. people]);
        Map(api, "/windows", "Tokens of the last five hours by user, compared with the plan.", TelemetryColumns.Windows, view => view.Windows, [.. people, model], "5h");
        MapCalls(api, all);
        Map(api, "/names", "Metrics, events, attributes and services that were not recognised or were refused, and caps that were reached; all time.", TelemetryColumns.Seen, view => view.Names, [], "all-time");
        Map(api, "/installs", "Installations that send no e-mail address (the newest 1 000), the users they are mapped to, and their figures of the period.", TelemetryColumns.Installs, view => view.Installs, s_period);
        MapLabels(api, all);
        MapReconciliation(api);
    }

    private static IEnumerable<QueryParameter> People(LabelNames names) =>
    [
        new("user", "An e-mail address, or a name as shown in the users' table."),
        new("division", $"A division, or {TelemetryFilter.NoDivision}."),
        new("terminal", "A terminal's exact name."),
        .. names.All.Select(name => new QueryParameter(
            LabelFilter.FieldOf(name),
            $"People whose last stated value in the period is one of these: values separated by |, {LabelNames.NotStated} for people who stated nothing. Names in TELEMETRY_ATTRIBUTES filter in the same way; several labels must all match.")),
    ];

    private static void Map<T>(
        RouteGroupBuilder api,
        string path,
        string summary,
        IReadOnlyList<(string, Func<T, object?>)> columns,
        Func<TelemetryPageView, IEnumerable<T>> part,
        QueryParameter[] filters,
        string? span = null) =>
        api.MapGet(path, (HttpContext context, TelemetryPageQuery query, LabelNames names, TimeProvider time) => AnswerAsync(
                context, names, time, path[1..], span, columns, async filter => part(await query.ReadAsync(filter, new CallPart(0, 1), Principal.Of(context).Scope, context.RequestAborted))))
            .WithSummary(summary).TakesQuery([QueryParameter.Format, .. filters]).ProducesProblem(StatusCodes.Status400BadRequest);

    private static void MapCalls(RouteGroupBuilder api, QueryParameter[] all)
    {
        api.MapGet("/calls", async (HttpContext context, TelemetryPageQuery query, CallFile file, LabelNames names, TimeProvider time) =>
            {
                var faults = new List<string>();
                var filter = TelemetryFilter.Parse(context.Request.Query, time.GetUtcNow(), names.All, faults);
                if (faults.Count > 0 || !ApiFormat.TryRead(context.Request, out var isCsv) || !isCsv)
                {
                    return await AnswerAsync(
                        context, names, time, "calls", null, TelemetryColumns.Calls, async wanted => (await query.ReadAsync(wanted, new CallPart(0, CallPart.MaxCalls), Principal.Of(context).Scope, context.RequestAborted)).RecentCalls);
                }

                var (rows, isCut) = await file.ReadAsync(filter, Principal.Of(context).Scope, context.RequestAborted);
                return new CsvFile(
                    FileNames.Of("telemetry-calls", "csv", [.. filter.FileSpan, .. filter.FileNarrowing, isCut ? string.Create(CultureInfo.InvariantCulture, $"newest-{CallFile.MaxCalls}") : null]),
                    [.. TelemetryColumns.Calls.Select(column => column.Item1)],
                    rows.Select(row => TelemetryColumns.Calls.Select(column => column.Item2(row))));
            })
            .WithSummary("The newest 1 000 requests, as long as events are kept; as CSV the newest 100 000.").TakesQuery([QueryParameter.Format, .. all]).ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static void MapLabels(RouteGroupBuilder api, QueryParameter[] all)
    {
        api.MapGet("/labels", (HttpContext context, TelemetryPageQuery query, LabelNames names, TimeProvider time) => AnswerAsync(
                context, names, time, "labels", null, TelemetryColumns.Labels,
                async filter => TelemetryColumns.LabelsOf(await query.ReadAsync(filter, new CallPart(0, 1), Principal.Of(context).Scope, context.RequestAborted), LabelQuery.By(context.Request.Query, names, []))))
            .WithSummary("By label: plan, seat type, managed settings, and the attributes in TELEMETRY_ATTRIBUTES. Each person counts under the value stated last in the period; an empty value means people who stated nothing.")
            .TakesQuery([QueryParameter.Format, new QueryParameter(LabelQuery.Field, "One label; by default all in turn, each adding up to the total."), .. all])
            .ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapGet("/users/{email}/labels", (string email, HttpContext context, TelemetryAdminQuery query, LabelNames names, TimeProvider time) => AnswerAsync(
                context, names, time, "stated", "all-time", TelemetryColumns.Stated, async _ => await query.LabelsAsync(email.ToLowerInvariant(), Principal.Of(context).Scope, context.RequestAborted), email.ToLowerInvariant()))
            .WithSummary("What a user's clients stated, with the time for which each value was stated; all time. claimed: under the organisation's token.")
            .TakesQuery(QueryParameter.Format).ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static void MapReconciliation(RouteGroupBuilder api)
    {
        api.MapGet("/users/{email}/reconciliation", (string email, HttpContext context, TelemetryAdminQuery query, LabelNames names, TimeProvider time) => AnswerAsync(
                context, names, time, "reconciliation", null, TelemetryColumns.Reconciled, async filter => await query.ReconcileAsync(email.ToLowerInvariant(), filter, Principal.Of(context).Scope, context.RequestAborted), email.ToLowerInvariant()))
            .WithSummary("A user's newest 500 sessions of the period by telemetry and by hook reports, side by side, never added up.")
            .TakesQuery([QueryParameter.Format, .. s_period]).ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapGet("/users/{email}/sources", (string email, HttpContext context, TelemetryAdminQuery query, LabelNames names, TimeProvider time) => AnswerAsync(
                context, names, time, "sources", null, TelemetryColumns.Sources, async filter => await query.SourcesAsync(email.ToLowerInvariant(), filter, Principal.Of(context).Scope, context.RequestAborted), email.ToLowerInvariant()))
            .WithSummary("A user's newest 100 000 requests of the period by what they were made for and by who reported them, each once. not_counted: reported by telemetry only, and in no sum.")
            .TakesQuery([QueryParameter.Format, .. s_period]).ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> AnswerAsync<T>(
        HttpContext context,
        LabelNames names,
        TimeProvider time,
        string name,
        string? span,
        IReadOnlyList<(string, Func<T, object?>)> columns,
        Func<TelemetryFilter, Task<IEnumerable<T>>> read,
        string? person = null)
    {
        var faults = new List<string>();
        var filter = TelemetryFilter.Parse(context.Request.Query, time.GetUtcNow(), names.All, faults);
        _ = LabelQuery.By(context.Request.Query, names, faults);
        if (!ApiFormat.TryRead(context.Request, out var isCsv))
        {
            faults.Add($"{ApiFormat.Field}: {ApiFormat.Fault}");
        }

        if (faults.Count > 0)
        {
            return Refusals.Invalid(string.Join("; ", faults) + ".");
        }

        var rows = await read(filter);
        return new ApiTable(
            FileNames.Of("telemetry-" + name, "csv", [.. span is null ? filter.FileSpan : [span, FileNames.Day(filter.To)], person, .. filter.FileNarrowing]),
            [.. columns.Select(column => column.Item1)],
            rows.Select(row => columns.Select(column => column.Item2(row))),
            isCsv,
            json =>
            {
                if (span is null)
                {
                    json.WriteString("from", ApiValue.Format(filter.From));
                    json.WriteString("to", ApiValue.Format(filter.To));
                }
            });
    }
}
