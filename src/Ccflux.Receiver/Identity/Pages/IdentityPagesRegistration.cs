using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Identity.Pages;

/// <summary>Registers and maps the forms that change users and devices.</summary>
internal static class IdentityPagesRegistration
{
    public static void AddIdentityPages(this IServiceCollection services)
    {
        services.AddSingleton<ChangeSubjects>();
        services.AddSingleton<IdentityChangesEndpoint>();
        services.AddSingleton<ErasureEndpoint>();
    }

    public static void MapIdentityPages(this IEndpointRouteBuilder endpoints)
    {
        var change = endpoints.ServiceProvider.GetRequiredService<IdentityChangesEndpoint>();
        var users = endpoints.MapGroup("/admin").RequirePermission(Permission.UsersManage).ExcludeFromDescription();
        users.MapPost("/users", (Delegate)change.AddUserAsync);
        users.MapGet("/users/{email}/revoke", change.AskRevokeUserAsync);
        users.MapPost("/users/{email}/revoke", change.RevokeUserAsync);
        users.MapGet("/users/{email}/reissue", change.AskReissueAsync);
        users.MapPost("/users/{email}/reissue", change.ReissueAsync);
        users.MapGet("/users/{email}/division", change.AskDivisionAsync);
        users.MapPost("/users/{email}/division", change.SetDivisionAsync);

        var erasure = endpoints.ServiceProvider.GetRequiredService<ErasureEndpoint>();
        users.MapGet("/users/{email}/erase", erasure.AskAsync);
        users.MapPost("/users/{email}/erase", erasure.EraseAsync);

        var devices = endpoints.MapGroup("/admin").RequirePermission(Permission.DevicesManage).ExcludeFromDescription();
        devices.MapGet("/devices/{id:long}/revoke", change.AskRevokeDeviceAsync);
        devices.MapPost("/devices/{id:long}/revoke", change.RevokeDeviceAsync);
        devices.MapGet("/devices/{id:long}/approve", change.AskApproveDeviceAsync);
        devices.MapPost("/devices/{id:long}/approve", change.ApproveDeviceAsync);
    }
}
