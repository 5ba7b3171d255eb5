using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Pages;

namespace Ccflux.Receiver.Quota.AlertPages;

/// <summary>Adds, edits and removes rules of single accounts. A GET shows the form, a POST makes the change.</summary>
internal sealed class RuleFormsEndpoint(AlertRuleStore rules, AlertWatch watch, PageFrames frames, BrowserAnswers answers)
{

    public async Task<IResult> AskAddAsync(HttpContext context) =>
        await rules.WithoutAsync(Principal.Of(context).Scope, context.RequestAborted) is { Count: > 0 } accounts
            ? Ask(context, RuleForms.Add(accounts, "", RuleForms.Typed(AlertSettings.Text(watch.Default.Thresholds), watch.Default.Forecast)))
            : Missing("Every account has its own rule, or there are no accounts yet.");

    public async Task<IResult> AddAsync(HttpContext context)
    {
        var form = await context.Request.FormOrEmptyAsync();
        var (account, typed) = (form["account"].ToString(), RuleForms.Typed(form));
        var accounts = await rules.WithoutAsync(Principal.Of(context).Scope, context.RequestAborted);
        var chosen = accounts.FirstOrDefault(row => string.Equals(row.AccountId.ToString(), account, StringComparison.Ordinal));
        return chosen is null
            ? Ask(context, RuleForms.Add(accounts, account, typed), "account: choose one of those in the form.")
            : await SaveAsync(context, chosen, typed, fault => Ask(context, RuleForms.Add(accounts, account, typed), fault));
    }

    public Task<IResult> AskEditAsync(long account, HttpContext context) => WithRuleAsync(context, new QuotaAccountId(account), rule => Task.FromResult(Ask(context, RuleForms.Edit(rule, RuleForms.Typed(rule.Thresholds, rule.Forecast)))));

    public Task<IResult> EditAsync(long account, HttpContext context) => WithRuleAsync(context, new QuotaAccountId(account), async rule =>
    {
        var typed = RuleForms.Typed(await context.Request.FormOrEmptyAsync());
        return await SaveAsync(context, rule, typed, fault => Ask(context, RuleForms.Edit(rule, typed), fault));
    });

    public Task<IResult> AskRemoveAsync(long account, HttpContext context) => WithRuleAsync(context, new QuotaAccountId(account), rule => Task.FromResult(Ask(context, RuleForms.Remove(rule))));

    public Task<IResult> RemoveAsync(long account, HttpContext context) => WithRuleAsync(context, new QuotaAccountId(account), async rule =>
        await rules.RemoveAsync(rule.AccountId, Actor.Of(context)) switch
        {
            RuleOutcome.Done => Done(context, "Rule removed", rule.Account),
            RuleOutcome.NotThere => Missing("No such rule."),
            RuleOutcome.Busy => Ask(context, RuleForms.Remove(rule), Refusals.StorageBusy.Detail),
        });

    private async Task<IResult> SaveAsync(HttpContext context, RuleRow rule, TypedRule typed, Func<string, IResult> ask)
    {
        if (AlertSettings.ParseThresholds(typed.Thresholds) is not { } thresholds)
        {
            return ask($"thresholds: {AlertSettings.ThresholdsForm}");
        }

        return await rules.SaveAsync(rule.AccountId, thresholds, typed.Forecast, Actor.Of(context)) switch
        {
            RuleOutcome.Done => Done(context, "Rule saved", rule.Account),
            RuleOutcome.NotThere => Missing("No such account."),
            RuleOutcome.Busy => ask(Refusals.StorageBusy.Detail),
        };
    }

    private async Task<IResult> WithRuleAsync(HttpContext context, QuotaAccountId account, Func<RuleRow, Task<IResult>> answer) =>
        (await rules.ReadAsync(Principal.Of(context).Scope, context.RequestAborted)).FirstOrDefault(rule => rule.AccountId == account) is { } rule ? await answer(rule) : Missing("No such rule.");

    private IResult Ask(HttpContext context, FormDefinition form, string? fault = null) =>
        FormResult.Of(context, frames, AlertsPageEndpoint.Capability, AlertsPageEndpoint.Home, form, fault);

    private PageRefusal Missing(string detail) => answers.Refuse(Refusals.NotFound(detail));

    private static SeeOther Done(HttpContext context, string text, string account)
    {
        new Flash(text, account).Leave(context);
        return new SeeOther($"{AlertsPageEndpoint.Home}#rules");
    }
}
