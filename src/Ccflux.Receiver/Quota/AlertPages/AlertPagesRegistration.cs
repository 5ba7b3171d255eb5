using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Shell;

namespace Ccflux.Receiver.Quota.AlertPages;

/// <summary>Registers and maps the page of alerts.</summary>
internal static class AlertPagesRegistration
{
    public static void AddAlertPages(this IServiceCollection services)
    {
        services.AddSingleton(new Capability(AlertsPageEndpoint.Capability, AlertsPageEndpoint.Home, Order: 4, Permission.QuotaRead));
        services.AddSingleton<AlertsPageEndpoint>();
        services.AddSingleton<RuleFormsEndpoint>();
    }

    public static void MapAlertPages(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(AlertsPageEndpoint.Home, (HttpContext context, AlertsPageEndpoint alerts) => alerts.ShowAsync(context))
            .RequirePermission(Permission.QuotaRead).ExcludeFromDescription();
        endpoints.MapPost(AlertsPageEndpoint.Test, (HttpContext context, AlertsPageEndpoint alerts) => alerts.TestAsync(context))
            .RequirePermission(Permission.AlertsManage).ExcludeFromDescription();

        var forms = endpoints.ServiceProvider.GetRequiredService<RuleFormsEndpoint>();
        var rules = endpoints.MapGroup(AlertsPageEndpoint.Rules).RequirePermission(Permission.AlertsManage).ExcludeFromDescription();
        rules.MapGet("/new", (Delegate)forms.AskAddAsync);
        rules.MapPost("/new", (Delegate)forms.AddAsync);
        rules.MapGet("/{account:long}", forms.AskEditAsync);
        rules.MapPost("/{account:long}", forms.EditAsync);
        rules.MapGet("/{account:long}/remove", forms.AskRemoveAsync);
        rules.MapPost("/{account:long}/remove", forms.RemoveAsync);
    }
}
