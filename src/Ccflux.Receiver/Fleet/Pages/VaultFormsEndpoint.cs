using System.Text;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Quota.Polling;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Format;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>The admin's changes to the vault's accounts and their polling. A pasted login goes to the vault and nowhere else.</summary>
internal sealed class VaultFormsEndpoint(BoardQuery board, AccountImport import, AccountEdit edit, Poller poller, PageFrames frames, BrowserAnswers answers, TimeProvider time)
{
    public IResult AskImport(HttpContext context) => FleetFormResults.Ask(context, frames, FleetForms.Import("", vaultOnly: false), null);

    public async Task<IResult> ImportAsync(HttpContext context)
    {
        var form = await context.Request.FormOrEmptyAsync();
        var label = form["label"].ToString();
        var vaultOnly = form["vault_only"].ToString() is "1";
        var result = await import.ImportAsync(label, Encoding.UTF8.GetBytes(form["credential"].ToString()), vaultOnly, Actor.Of(context), context.RequestAborted);
        return result.AccountId is null
            ? FleetFormResults.Ask(context, frames, FleetForms.Import(label, vaultOnly), result.Message)
            : FleetFormResults.Done(context, "Login imported", result.Message, "accounts");
    }

    public Task<IResult> AskEditAsync(long id, HttpContext context) => WithAccountAsync(context, new FleetAccountId(id), account => Task.FromResult(FleetFormResults.Ask(context, frames, FleetForms.Edit(account), null)));

    public Task<IResult> EditAsync(long id, HttpContext context) => WithAccountAsync(context, new FleetAccountId(id), async account =>
    {
        var form = await context.Request.FormOrEmptyAsync();
        var typed = account with
        {
            Label = form["label"].ToString(),
            Email = form["email"].ToString(),
            Plan = form["plan"].ToString(),
            NextCharge = form["next_charge"].ToString() is { Length: > 0 } day ? day : null,
        };
        if (!TryPercent(form["five_hour_ceiling"].ToString(), out var five) || !TryPercent(form["seven_day_ceiling"].ToString(), out var seven))
        {
            return FleetFormResults.Ask(context, frames, FleetForms.Edit(typed), "five_hour_ceiling, seven_day_ceiling: whole percentages from 1 to 100, or empty.");
        }

        var details = new AccountDetails(typed.Label, typed.Email, typed.Plan, typed.NextCharge, five, seven);
        return await edit.SaveAsync(account.Id, details, Actor.Of(context)) is { } fault
            ? FleetFormResults.Ask(context, frames, FleetForms.Edit(typed with { FiveHourCeiling = five, SevenDayCeiling = seven }), fault)
            : FleetFormResults.Done(context, "Account saved", typed.Label.Trim(), "accounts");
    });

    public Task<IResult> AskRemoveAsync(long id, HttpContext context) => WithAccountAsync(context, new FleetAccountId(id), account => Task.FromResult(FleetFormResults.Ask(context, frames, FleetForms.Remove(account), null)));

    public Task<IResult> RemoveAsync(long id, HttpContext context) => WithAccountAsync(context, new FleetAccountId(id), async account =>
        await edit.RemoveAsync(account.Id, Actor.Of(context)) is { } fault
            ? FleetFormResults.Ask(context, frames, FleetForms.Remove(account), fault)
            : FleetFormResults.Done(context, "Account removed", account.Label, "accounts"));

    public async Task<IResult> PollAsync(HttpContext context)
    {
        if (await poller.HurryAsync(null) is not { } next)
        {
            return answers.Refuse(Refusals.NotFound("No account is polled."));
        }

        var wait = next - time.GetUtcNow();
        return wait > TimeSpan.Zero
            ? FleetFormResults.Done(context, $"Next poll in {Times.Left(wait)}", "The limits of the issuer and of ccflux allow no earlier poll.", "accounts")
            : FleetFormResults.Done(context, "Polling now", "", "accounts");
    }

    private async Task<IResult> WithAccountAsync(HttpContext context, FleetAccountId id, Func<AccountRow, Task<IResult>> answer)
    {
        var account = (await board.ReadAsync(Principal.Of(context).Scope, context.RequestAborted)).Accounts.FirstOrDefault(account => account.Id == id);
        return account is null ? answers.Refuse(Refusals.NotFound("No such account.")) : await answer(account);
    }

    private static bool TryPercent(string text, out int? percent)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        percent = isNumber ? number : null;
        return text.Length == 0 || (isNumber && number is >= 1 and <= 100);
    }
}
