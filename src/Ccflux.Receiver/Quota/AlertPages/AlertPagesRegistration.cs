using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Shell;

namespace Ccflux.Receiver.Quota.AlertPages;

/// <summary>The door of the page of alerts.</summary>
internal static class AlertPagesRegistration
{
    public static void AddAlertPages(this IServiceCollection services)
    {
        services.AddSingleton(new Capability(AlertsPageEndpoint.Capability, AlertsPageEndpoint.Home, Order: 4));
        services.AddSingleton<AlertsPageEndpoint>();
    }

    public static void MapAlertPages(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(AlertsPageEndpoint.Home, (HttpContext context, AlertsPageEndpoint alerts) => alerts.ShowAsync(context))
            .RequireAuthorization(AdminPolicies.Reader).ExcludeFromDescription();
        endpoints.MapPost(AlertsPageEndpoint.Test, (HttpContext context, AlertsPageEndpoint alerts) => alerts.TestAsync(context))
            .RequireAuthorization(AdminPolicies.Admin).ExcludeFromDescription();
    }
}
