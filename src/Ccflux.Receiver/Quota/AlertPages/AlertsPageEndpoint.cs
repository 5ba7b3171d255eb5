using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Receiver.Shell;

namespace Ccflux.Receiver.Quota.AlertPages;

/// <summary><c>/admin/alerts</c>: channels, rules, the last deliveries, and a test.</summary>
internal sealed class AlertsPageEndpoint(
    AlertOptions options, ChannelOptions channels, AlertWatch watch, AlertDelivery delivery, AlertRuleStore rules, PageFrames frames, BrowserAnswers answers)
{
    public const string Capability = "Alerts";
    public const string Home = "/admin/alerts";
    public const string Test = Home + "/test";
    public const string Rules = Home + "/rules";
    public const string NewRule = Rules + "/new";

    /// <summary>Deliveries shown on the page; the API returns more.</summary>
    private const int Shown = 100;

    public static string Rule(QuotaAccountId account) => $"{Rules}/{account}";

    public async Task<IResult> ShowAsync(HttpContext context)
    {
        var frame = frames.For(context, "Alerts", Capability, QuotaFeature.Topic) with { Flash = Flash.Take(context) };
        var allowed = Principal.Of(context).Scope;
        var view = AlertsPageView.Of(options, channels, await delivery.RecentAsync(Shown, allowed, context.RequestAborted), await rules.ReadAsync(allowed, context.RequestAborted));
        return Page.Of<AlertsPage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(AlertsPage.Frame)] = frame,
            [nameof(AlertsPage.View)] = view,
        });
    }

    public async Task<IResult> TestAsync(HttpContext context)
    {
        if (!watch.HasChannels)
        {
            return answers.Refuse(Refusals.NoAlertChannel(channels.Settings));
        }

        var written = await watch.TestAsync(Actor.Of(context));
        if (!written.IsCommitted)
        {
            return answers.Refuse(Refusals.StorageBusy);
        }

        new Flash("Test alert on its way", string.Join(", ", channels.Names)).Leave(context);
        return new SeeOther(Home);
    }
}
