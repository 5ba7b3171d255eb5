using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Docs;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Quota.Read;
using Microsoft.OpenApi;

namespace Ccflux.Receiver.Quota.Api;

/// <summary>Maps the API of quota: what can be read, and what the admin can change.</summary>
internal static class QuotaApi
{
    private static readonly QueryParameter s_hours = new("hours", $"Hours to look back, above 0 and at most {HistoryQuery.MaxHours}; 24 by default.", JsonSchemaType.Number);
    private static readonly QueryParameter s_account = new("account", "An account's id, as returned by /api/usage.", JsonSchemaType.Integer);

    public static void MapQuotaApi(this IEndpointRouteBuilder endpoints)
    {
        var isPublic = endpoints.ServiceProvider.GetRequiredService<QuotaOptions>().Public;
        var reads = endpoints.MapGroup("").LimitPagesOfStrangers().WithTags("Quota");
        _ = isPublic ? reads.AllowAnonymous() : reads.RequireAuthorization(AdminPolicies.Reader);
        reads.MapGet("/api/usage", (HttpContext context, QuotaReads quota) => quota.UsageAsync(context))
            .WithSummary("The first account's windows by name, and all accounts.");
        reads.MapGet("/api/history", (HttpContext context, QuotaReads quota) => quota.HistoryAsync(context))
            .WithSummary("The history of an account's windows; of the first account by default.").TakesQuery(s_hours, s_account);
        reads.MapGet("/api/v1/quota", (HttpContext context, QuotaReads quota) => quota.TableAsync(context))
            .WithSummary("All accounts with their windows.").TakesQuery(QueryParameter.Format);
        reads.MapGet("/api/v1/quota/readings", (HttpContext context, QuotaReads quota) => quota.ReadingsAsync(context))
            .WithSummary($"Every reading, newest first, at most {HistoryQuery.MaxReadings}; of all accounts by default.").TakesQuery(QueryParameter.Format, s_hours, s_account);

        var changes = endpoints.MapGroup("").WithTags("Quota");
        changes.MapGet("/api/settings", (QuotaChanges quota) => TypedResults.Json(quota.Settings(), QuotaApiJson.Default.SettingsReply)).RequireAuthorization(AdminPolicies.Reader)
            .WithSummary("How often accounts are polled, in seconds.");
        changes.MapPost("/api/settings", (HttpContext context, QuotaChanges quota) => quota.SaveAsync(context)).RequireAuthorization(AdminPolicies.Admin)
            .WithSummary("Sets how often accounts are polled, in seconds.").TakesJson(QuotaApiJson.Default.SettingsRequest, new SettingsRequest(180));
        changes.MapPost("/api/poll-now", (HttpContext context, QuotaChanges quota) => quota.PollNowAsync(context)).RequireAuthorization(AdminPolicies.Admin)
            .WithSummary("Polls an account as soon as the limits allow; all accounts by default. Takes no body.").TakesQuery(s_account);
        changes.MapGet("/api/v1/quota/alerts", (HttpContext context, QuotaAlerts alerts) => alerts.ListAsync(context)).RequireAuthorization(AdminPolicies.Reader)
            .WithSummary("The newest alerts, by channel.");
        changes.MapPost("/api/v1/quota/alerts/test", (HttpContext context, QuotaAlerts alerts) => alerts.TestAsync(context)).RequireAuthorization(AdminPolicies.Admin)
            .WithSummary("Sends a test alert to every channel. Takes no body.");
        changes.MapPost("/api/v1/quota/alerts/rules", (HttpContext context, QuotaAlerts alerts) => alerts.SaveRuleAsync(context)).RequireAuthorization(AdminPolicies.Admin)
            .WithSummary("Sets the alert rule of an account, in place of the default.").TakesJson(QuotaApiJson.Default.AlertRuleRequest, new AlertRuleRequest(1, [80, 95], Forecast: true));
        changes.MapDelete("/api/v1/quota/alerts/rules/{account:long}", (long account, HttpContext context, QuotaAlerts alerts) => alerts.RemoveRuleAsync(account, context)).RequireAuthorization(AdminPolicies.Admin)
            .WithSummary("Removes the alert rule of an account; the default applies again.");
    }
}
