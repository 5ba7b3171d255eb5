using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Usage.Pages.Parts;
using Ccflux.Receiver.Usage.Read;

namespace Ccflux.Receiver.Usage.Pages;

/// <summary>The door of the usage pages.</summary>
internal static class UsagePagesRegistration
{
    public static void AddUsagePages(this IServiceCollection services)
    {
        services.AddSingleton(new Capability(UsagePagesEndpoint.Capability, UsageLinks.Home, Order: 1, UsageLinks.User));
        services.AddSingleton<UsageExport>();
        services.AddSingleton<SubjectQuery>();
        services.AddSingleton<UsagePagesEndpoint>();
        services.AddSingleton<UsageChangesEndpoint>();
    }

    public static void MapUsagePages(this IEndpointRouteBuilder endpoints)
    {
        var pages = endpoints.ServiceProvider.GetRequiredService<UsagePagesEndpoint>();
        var shown = endpoints.MapGroup("/admin").RequireAuthorization(AdminPolicies.Reader).ExcludeFromDescription();
        shown.MapGet("/", (Delegate)pages.UsageAsync);
        shown.MapGet("/users/{email}", pages.UserAsync);

        var change = endpoints.ServiceProvider.GetRequiredService<UsageChangesEndpoint>();
        var changed = endpoints.MapGroup("/admin").RequireAuthorization(AdminPolicies.Admin).ExcludeFromDescription();
        changed.MapPost("/users", (Delegate)change.AddUserAsync);
        changed.MapGet("/users/{email}/revoke", change.AskRevokeUserAsync);
        changed.MapPost("/users/{email}/revoke", change.RevokeUserAsync);
        changed.MapGet("/users/{email}/reissue", change.AskReissueAsync);
        changed.MapPost("/users/{email}/reissue", change.ReissueAsync);
        changed.MapGet("/users/{email}/division", change.AskDivisionAsync);
        changed.MapPost("/users/{email}/division", change.SetDivisionAsync);
        changed.MapGet("/devices/{id:long}/revoke", change.AskRevokeDeviceAsync);
        changed.MapPost("/devices/{id:long}/revoke", change.RevokeDeviceAsync);
        changed.MapGet("/devices/{id:long}/approve", change.AskApproveDeviceAsync);
        changed.MapPost("/devices/{id:long}/approve", change.ApproveDeviceAsync);
    }
}
