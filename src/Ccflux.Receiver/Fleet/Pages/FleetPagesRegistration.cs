using Ccflux.Receiver.Fleet.Pages.Parts;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Shell;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>Registers and maps the fleet page.</summary>
internal static class FleetPagesRegistration
{
    public static void AddFleetPages(this IServiceCollection services)
    {
        services.AddSingleton(new Capability(FleetPagesEndpoint.Capability, FleetLinks.Home, Order: 4, Permission.FleetRead));
        services.AddSingleton<BoardQuery>();
        services.AddSingleton<LogQuery>();
        services.AddSingleton<FleetPageQuery>();
        services.AddSingleton<FleetPagesEndpoint>();
        services.AddSingleton<FleetFormsEndpoint>();
        services.AddSingleton<VaultFormsEndpoint>();
    }

    public static void MapFleetPages(this IEndpointRouteBuilder endpoints)
    {
        var pages = endpoints.ServiceProvider.GetRequiredService<FleetPagesEndpoint>();
        var shown = endpoints.MapGroup(FleetLinks.Home).RequirePermission(Permission.FleetRead).ExcludeFromDescription();
        shown.MapGet("", (Delegate)pages.ShowAsync);

        var changed = endpoints.MapGroup(FleetLinks.Home).RequirePermission(Permission.FleetManage).ExcludeFromDescription();
        var vault = endpoints.ServiceProvider.GetRequiredService<VaultFormsEndpoint>();
        changed.MapGet("/import", vault.AskImport);
        changed.MapPost("/import", (Delegate)vault.ImportAsync);
        changed.MapGet("/accounts/{id:long}/edit", vault.AskEditAsync);
        changed.MapPost("/accounts/{id:long}/edit", vault.EditAsync);
        changed.MapGet("/accounts/{id:long}/remove", vault.AskRemoveAsync);
        changed.MapPost("/accounts/{id:long}/remove", vault.RemoveAsync);
        changed.MapPost("/poll", (Delegate)vault.PollAsync);

        var forms = endpoints.ServiceProvider.GetRequiredService<FleetFormsEndpoint>();
        changed.MapGet("/enrol", forms.AskEnrol);
        changed.MapPost("/enrol", (Delegate)forms.EnrolAsync);
        changed.MapGet("/agents/{id}/grants", forms.AskGrantsAsync);
        changed.MapPost("/agents/{id}/grants", forms.GrantsAsync);
        changed.MapGet("/agents/{id}/switch", forms.AskSwitchAsync);
        changed.MapPost("/agents/{id}/switch", forms.SwitchAsync);
        changed.MapGet("/agents/{id}/release", forms.AskReleaseAsync);
        changed.MapPost("/agents/{id}/release", forms.ReleaseAsync);
        changed.MapGet("/agents/{id}/enrol", forms.AskEnrolAgainAsync);
        changed.MapPost("/agents/{id}/enrol", forms.EnrolAgainAsync);
        changed.MapGet("/agents/{id}/revoke", forms.AskRevokeAsync);
        changed.MapPost("/agents/{id}/revoke", forms.RevokeAsync);
        changed.MapGet("/pin", (Delegate)forms.AskPinAsync);
        changed.MapPost("/pin", (Delegate)forms.PinAsync);
        changed.MapGet("/unpin", (Delegate)forms.AskUnpinAsync);
        changed.MapPost("/unpin", (Delegate)forms.UnpinAsync);
        changed.MapGet("/pause", forms.AskPause);
        changed.MapPost("/pause", (Delegate)forms.PauseAsync);
        changed.MapGet("/resume", forms.AskResume);
        changed.MapPost("/resume", (Delegate)forms.ResumeAsync);
    }
}
