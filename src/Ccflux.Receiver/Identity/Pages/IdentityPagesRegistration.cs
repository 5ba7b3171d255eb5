using Ccflux.Receiver.Platform.Auth.Admin;

namespace Ccflux.Receiver.Identity.Pages;

/// <summary>Registers and maps the forms that change users and devices.</summary>
internal static class IdentityPagesRegistration
{
    public static void AddIdentityPages(this IServiceCollection services)
    {
        services.AddSingleton<ChangeSubjects>();
        services.AddSingleton<IdentityChangesEndpoint>();
    }

    public static void MapIdentityPages(this IEndpointRouteBuilder endpoints)
    {
        var change = endpoints.ServiceProvider.GetRequiredService<IdentityChangesEndpoint>();
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
