using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Api;

/// <summary><c>/api/v1/…</c>: every table of the pages, as JSON or CSV. Each response is a part of what the page itself reads, so the two agree.</summary>
internal static class UsageApi
{
    public const string Root = "/api/v1";

    private const string SessionsNote = " sessions and failed_turns are null while a model is selected, because neither is counted by model.";

    public static void MapUsageApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup(Root).RequirePermission(Permission.UsageRead).WithTags("Usage");
        MapUsage(api);
        MapPeople(api);
        MapUser(api);
        MapAudit(endpoints.MapGroup(Root).RequirePermission(Permission.AuditRead).WithTags("Usage"));
    }

    private static void MapUsage(RouteGroupBuilder api)
    {
        api.MapTable("/usage", "summary", "The cards' figures within the filter: for the period, for the preceding period of equal length (counted only up to the point that the current period has reached), and for all time. cost_usd is list-price value, not an invoice." + SessionsNote,
            TableShape.None, ApiTables.Summary, (view, _) => Whole(Summary(view.Cards)));
        api.MapTable("/usage/days", "days", "Billed tokens (input and output, without cache) by UTC day and model. Models beyond the eighth are combined as \"other\".",
            TableShape.None, ApiTables.Days, (view, _) => Whole(Days(view.Daily)));
        api.MapTable("/usage/users", "users", "Usage by user, for users active in the period." + SessionsNote,
            TableShape.Users, ApiTables.Users, (view, _) => view.Users);
        api.MapTable("/usage/models", "models", "Usage by model over all time. turns are those that used the model. Follows user, division and model, not the period.",
            TableShape.Models, ApiTables.Models, (view, _) => view.Models, new TableFile("usage-models", "all-time"), TableFilters.User | TableFilters.Model);
        api.MapTable("/usage/divisions", "divisions", "Usage by division in the period; users without a division are listed under an empty name.",
            TableShape.None, ApiTables.Divisions, (view, _) => Whole(view.Divisions));
        api.MapTable("/usage/peaks", "peaks", "Each user's largest and average 5-hour window in the period, in billed tokens across all models.",
            TableShape.None, ApiTables.Peaks, (view, _) => Whole(view.Peaks.Groups.SelectMany(group => group.Users)), filters: TableFilters.Period | TableFilters.User);
        api.MapTable("/usage/attention", "attention", "What needs attention now. Ignores all filters.",
            TableShape.None, ApiTables.WorthALook, (view, _) => Whole(view.WorthALook), new TableFile("usage-attention", "", IsFiltered: false), TableFilters.None);
        api.MapTable("/windows", "windows", "5-hour windows that began in the last seven days. A window covers all models. view is open or closed.",
            TableShape.Windows, ApiTables.Windows, (view, _) => view.Windows.Page, new TableFile("windows", "7d"), TableFilters.User);
        api.MapTable("/events", "events", "The newest events, at most size; with a filter, the matches among the newest 20 000. CSV without size: the newest 100 000 matches.",
            TableShape.Events, ApiTables.Events, (view, _) => view.Events, new TableFile("events", "newest"), TableFilters.User | TableFilters.Model, (tables, filter, allowed, cancellation) => tables.EventsAsync(filter, allowed, cancellation));
    }

    private static void MapPeople(RouteGroupBuilder api)
    {
        api.MapTable("/users", "seats", "Everyone who is provisioned or has reported, with the state of their client. view is active, expired, revoked, never or silent.",
            TableShape.Seats, ApiTables.Seats, (view, _) => view.Seats.Page, new TableFile("provisioning", "", IsFiltered: false), TableFilters.None);
        api.MapTable("/devices", "devices", "Device keys. view is active, waiting, again or revoked.",
            TableShape.Devices, ApiTables.Devices, (view, _) => view.Devices, new TableFile("devices", ""), TableFilters.User);
    }

    private static void MapAudit(RouteGroupBuilder api) =>
        api.MapTable("/audit", "audit", "The audit log, newest first.",
            TableShape.Audit, ApiTables.Audit, (view, _) => view.Audit, new TableFile("audit", "", IsFiltered: false), TableFilters.None, (tables, _, allowed, _) => Task.FromResult(tables.Audit(allowed)));

    private static void MapUser(RouteGroupBuilder api)
    {
        api.MapUserTable("/users/{email}/days", "user-days", "A user's days in the period." + SessionsNote,
            TableShape.Days, ApiTables.UserDays, view => view.Days, TableFilters.Period | TableFilters.Model);
        api.MapUserTable("/users/{email}/windows", "user-windows", "A user's 5-hour windows that began in the period.",
            TableShape.Windows, ApiTables.Windows, view => view.Windows.Page, TableFilters.Period);
        api.MapUserTable("/users/{email}/sessions", "user-sessions", "A user's sessions whose last turn is in the period.",
            TableShape.Sessions, ApiTables.Sessions, view => view.Sessions, TableFilters.Period, whole: (tables, email, request, allowed) => tables.SessionsAsync(email, request.Filter, request.State, allowed));
        api.MapUserTable("/users/{email}/models", "user-models", "A user's models over all time.",
            TableShape.None, ApiTables.Models, view => Whole(view.Models), TableFilters.Model, "all-time");
        api.MapUserTable("/users/{email}/limits", "user-limits", "A user's last 50 limit hits in the period.",
            TableShape.None, ApiTables.Limits, view => Whole(view.LimitEvents), TableFilters.Period);
        api.MapUserTable("/users/{email}/shared", "user-shared", "The 50 users who have most of a user's requests too, as the daily search found them. counted_for is both, user or other.",
            TableShape.None, ApiTables.Shared, view => Whole(view.Shared), TableFilters.None, "all-time");
    }

    /// <summary>A list that is never paged.</summary>
    private static Paged<T> Whole<T>(IEnumerable<T> rows)
    {
        var list = rows.ToList();
        return new Paged<T>(list, list.Count, TableShape.None.Initial);
    }

    private static IEnumerable<ModelDay> Days(DailyUsage daily) =>
        daily.Days.SelectMany((day, index) => daily.Models
            .Where(series => series.Daily[index] > 0)
            .Select(series => new ModelDay(day, series.Model.Name, series.Daily[index])));

    private static SummaryRow[] Summary(UsageCards cards) =>
    [
        Count("users", cards.Users),
        new SummaryRow("new_users", null, cards.NewUsers, null),
        Count("sessions", cards.Sessions),
        Count("turns", cards.Turns),
        Count("failed_turns", cards.FailedTurns),
        Count("events", cards.Events),
        Count("input_tokens", cards.Input),
        Count("output_tokens", cards.Output),
        new SummaryRow("cache_hit_rate", Share(cards.CacheHit.Total), Share(cards.CacheHit.Period), Share(cards.CacheHit.Prior)),
        new SummaryRow("cost_usd", cards.Cost.Total.Usd, cards.Cost.Period.Usd, cards.Cost.Prior.Usd),
    ];

    private static SummaryRow Count(string figure, CountCard card) => new(figure, card.Total, card.Period, card.Prior);

    private static decimal? Share(double? share) => share is { } value ? Math.Round((decimal)value, 6) : null;
}
