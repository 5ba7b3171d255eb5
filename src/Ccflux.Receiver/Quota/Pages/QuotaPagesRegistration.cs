using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Quota.Pages.Parts;
using Ccflux.Receiver.Shell;

namespace Ccflux.Receiver.Quota.Pages;

/// <summary>Registers and maps the quota page.</summary>
internal static class QuotaPagesRegistration
{
    public static void AddQuotaPages(this IServiceCollection services)
    {
        services.AddSingleton(provider => new Capability(QuotaPagesEndpoint.Capability, QuotaLinks.Home, Order: 3, Permission.QuotaRead, IsPublic: provider.GetRequiredService<QuotaOptions>().Public));
        services.AddSingleton<QuotaPagesEndpoint>();
        services.AddSingleton<QuotaPageChanges>();
    }

    public static void MapQuotaPages(this IEndpointRouteBuilder endpoints)
    {
        var shown = endpoints.MapGroup("").LimitPagesOfStrangers(Permission.QuotaRead, asPage: true).ExcludeFromDescription();
        _ = endpoints.ServiceProvider.GetRequiredService<QuotaOptions>().Public ? shown.AllowAnonymous() : shown.RequirePermission(Permission.QuotaRead);
        shown.MapGet(QuotaLinks.Home, (HttpContext context, QuotaPagesEndpoint pages) => pages.ShowAsync(context));

        var changed = endpoints.MapGroup("").RequirePermission(Permission.QuotaManage).ExcludeFromDescription();
        changed.MapPost(QuotaLinks.Poll, (HttpContext context, QuotaPageChanges changes) => changes.PollAsync(context));
        changed.MapGet(QuotaLinks.Interval, (HttpContext context, QuotaPageChanges changes) => changes.AskInterval(context));
        changed.MapPost(QuotaLinks.Interval, (HttpContext context, QuotaPageChanges changes) => changes.SaveIntervalAsync(context));
    }
}
