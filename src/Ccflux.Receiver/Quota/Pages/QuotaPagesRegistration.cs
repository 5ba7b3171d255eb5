using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Quota.Pages.Parts;
using Ccflux.Receiver.Shell;

namespace Ccflux.Receiver.Quota.Pages;

/// <summary>Registers and maps the quota page.</summary>
internal static class QuotaPagesRegistration
{
    public static void AddQuotaPages(this IServiceCollection services)
    {
        services.AddSingleton(provider => new Capability(QuotaPagesEndpoint.Capability, QuotaLinks.Home, Order: 3, IsPublic: provider.GetRequiredService<QuotaOptions>().Public));
        services.AddSingleton<QuotaPagesEndpoint>();
        services.AddSingleton<QuotaPageChanges>();
    }

    public static void MapQuotaPages(this IEndpointRouteBuilder endpoints)
    {
        var shown = endpoints.MapGroup("").LimitPagesOfStrangers(asPage: true).ExcludeFromDescription();
        _ = endpoints.ServiceProvider.GetRequiredService<QuotaOptions>().Public ? shown.AllowAnonymous() : shown.RequireAuthorization(AdminPolicies.Reader);
        shown.MapGet(QuotaLinks.Home, (HttpContext context, QuotaPagesEndpoint pages) => pages.ShowAsync(context));

        var changed = endpoints.MapGroup("").RequireAuthorization(AdminPolicies.Admin).ExcludeFromDescription();
        changed.MapPost(QuotaLinks.Poll, (HttpContext context, QuotaPageChanges changes) => changes.PollAsync(context));
        changed.MapGet(QuotaLinks.Interval, (HttpContext context, QuotaPageChanges changes) => changes.AskInterval(context));
        changed.MapPost(QuotaLinks.Interval, (HttpContext context, QuotaPageChanges changes) => changes.SaveIntervalAsync(context));
    }
}
