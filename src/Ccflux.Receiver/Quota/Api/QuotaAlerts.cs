using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Http.Ingest;
using Ccflux.Receiver.Quota.Alerts;

namespace Ccflux.Receiver.Quota.Api;

/// <summary>Lists alerts and their deliveries, changes the rules of accounts, and sends a test alert.</summary>
internal sealed class QuotaAlerts(AlertWatch watch, AlertDelivery delivery, AlertOptions options, ChannelOptions channels, AlertRuleStore rules)
{
    private const int MaxBody = 4096;

    public async Task<IResult> ListAsync(HttpContext context)
    {
        var rows = await delivery.RecentAsync(AlertDelivery.MaxRecent, Principal.Of(context).Scope, context.RequestAborted);
        return TypedResults.Json(
            new AlertsReply(channels.Names, options.QuietHours, [.. rows.Select(Reply)]),
            QuotaApiJson.Default.AlertsReply);
    }

    public async Task<IResult> TestAsync(HttpContext context)
    {
        if (!watch.HasChannels)
        {
            return Refusals.NoAlertChannel(channels.Settings);
        }

        var written = await watch.TestAsync(Actor.Of(context));
        return written.IsCommitted ? TypedResults.StatusCode(StatusCodes.Status202Accepted) : Refusals.StorageBusy;
    }

    /// <summary>Saves the rule of an account: <c>{"account":3,"thresholds":[80,95],"forecast":true}</c>.</summary>
    public async Task<IResult> SaveRuleAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context.Request, MaxBody, QuotaApiJson.Default.AlertRuleRequest) is not { Account: { } account, Thresholds: { } percents } rule
            || AlertSettings.ParseThresholds(string.Join(',', percents.Select(percent => percent.ToString(CultureInfo.InvariantCulture)))) is not { } thresholds)
        {
            return Refusals.Invalid("account: an id; thresholds: up to 5 whole percentages from 1 to 100; forecast: true or false.");
        }

        return Answer(await rules.SaveAsync(new QuotaAccountId(account), thresholds, rule.Forecast ?? false, Actor.Of(context)), "No such account.");
    }

    /// <summary>Removes the account's own rule; the default applies again.</summary>
    public async Task<IResult> RemoveRuleAsync(long account, HttpContext context) =>
        Answer(await rules.RemoveAsync(new QuotaAccountId(account), Actor.Of(context)), "No such account, or the account has no rule of its own.");

    private static IResult Answer(RuleOutcome outcome, string notThere) => outcome switch
    {
        RuleOutcome.Done => TypedResults.NoContent(),
        RuleOutcome.NotThere => Refusals.NotFound(notThere),
        RuleOutcome.Busy => Refusals.StorageBusy,
    };

    private static AlertReply Reply(AlertRow row)
    {
        var alert = row.ToAlert();
        return new AlertReply(
            alert.At, alert.Kind, alert.Account, alert.Window, alert.UsedPercent, alert.ThresholdPercent, alert.Text, row.Channel, row.State, row.Attempts, row.Error,
            UnixTime.At(row.DeliveredAt));
    }
}
