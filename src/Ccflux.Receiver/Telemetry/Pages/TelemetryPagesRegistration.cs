using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Telemetry.Pages.Parts;

namespace Ccflux.Receiver.Telemetry.Pages;

/// <summary>Registers and maps the telemetry pages.</summary>
internal static class TelemetryPagesRegistration
{
    public static void AddTelemetryPages(this IServiceCollection services)
    {
        services.AddSingleton(new Capability(TelemetryPagesEndpoint.Capability, TelemetryLinks.Home, Order: 2, Permission.UsageRead, TelemetryLinks.User));
        services.AddSingleton<TelemetryPagesEndpoint>();
        services.AddSingleton<TelemetryChangesEndpoint>();
    }

    public static void MapTelemetryPages(this IEndpointRouteBuilder endpoints)
    {
        var pages = endpoints.ServiceProvider.GetRequiredService<TelemetryPagesEndpoint>();
        var shown = endpoints.MapGroup(TelemetryLinks.Home).RequirePermission(Permission.UsageRead).ExcludeFromDescription();
        shown.MapGet("", (Delegate)pages.AllAsync);
        shown.MapGet("/users/{person}", pages.UserAsync);

        var change = endpoints.ServiceProvider.GetRequiredService<TelemetryChangesEndpoint>();
        var changed = endpoints.MapGroup(TelemetryLinks.Home).RequirePermission(Permission.UsersManage).ExcludeFromDescription();
        changed.MapGet("/users/{person}/issue", change.AskIssueAsync);
        changed.MapPost("/users/{person}/issue", change.IssueAsync);
        changed.MapGet("/users/{person}/revoke", change.AskRevokeAsync);
        changed.MapPost("/users/{person}/revoke", change.RevokeAsync);
        changed.MapGet("/users/{person}/plan", change.AskPlanAsync);
        changed.MapPost("/users/{person}/plan", change.SetPlanAsync);
        changed.MapGet("/installs/{id:long}/map", change.AskMapAsync);
        changed.MapPost("/installs/{id:long}/map", change.MapAsync);
    }
}
