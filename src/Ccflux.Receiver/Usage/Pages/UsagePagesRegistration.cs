using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Usage.Pages.Parts;

namespace Ccflux.Receiver.Usage.Pages;

/// <summary>Registers and maps the usage pages.</summary>
internal static class UsagePagesRegistration
{
    public static void AddUsagePages(this IServiceCollection services)
    {
        services.AddSingleton(new Capability(UsagePagesEndpoint.Capability, UsageLinks.Home, Order: 1, Permission.UsageRead, UsageLinks.User));
        services.AddSingleton<UsageExport>();
        services.AddSingleton<UsagePagesEndpoint>();
        services.AddSingleton<CopyChangesEndpoint>();
    }

    public static void MapUsagePages(this IEndpointRouteBuilder endpoints)
    {
        var pages = endpoints.ServiceProvider.GetRequiredService<UsagePagesEndpoint>();
        var shown = endpoints.MapGroup("/admin").RequirePermission(Permission.UsageRead).ExcludeFromDescription();
        shown.MapGet("/", (Delegate)pages.UsageAsync);
        shown.MapGet("/users/{email}", pages.UserAsync);

        var copies = endpoints.ServiceProvider.GetRequiredService<CopyChangesEndpoint>();
        var changed = endpoints.MapGroup("/admin").RequirePermission(Permission.UsersManage).ExcludeFromDescription();
        changed.MapGet("/users/{email}/copies/{original}/declare", copies.AskDeclareAsync);
        changed.MapPost("/users/{email}/copies/{original}/declare", copies.DeclareAsync);
        changed.MapGet("/users/{email}/copies/{original}/take-back", copies.AskTakeBackAsync);
        changed.MapPost("/users/{email}/copies/{original}/take-back", copies.TakeBackAsync);
    }
}
