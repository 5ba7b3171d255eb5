using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Quota.Api;
using Ccflux.Receiver.Quota.Pages.Parts;
using Ccflux.Receiver.Quota.Polling;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Shell.Pages;

namespace Ccflux.Receiver.Quota.Pages;

/// <summary>Changes that the admin makes on the page: the next poll, and the interval. Each returns to the page with a message.</summary>
internal sealed class QuotaPageChanges(QuotaChanges changes, Poller poller, PollInterval interval, PageFrames frames, BrowserAnswers answers, TimeProvider time)
{
    private const string Field = "interval";

    public async Task<IResult> PollAsync(HttpContext context)
    {
        if (!QuotaReads.TryReadAccount(context, out var accountId))
        {
            return answers.Refuse(Refusals.Invalid(QuotaReads.AccountForm));
        }

        if (await poller.HurryAsync(accountId) is not { } next)
        {
            return answers.Refuse(Refusals.NotPolled);
        }

        var wait = next - time.GetUtcNow();
        var flash = wait > TimeSpan.Zero
            ? new Flash($"Next poll in {Times.Countdown(wait + TimeSpan.FromSeconds(1))}", "The issuer's and ccflux's own limits do not allow it sooner.")
            : new Flash("Polling now", "");
        flash.Leave(context);
        return new SeeOther(await BackAsync(context));
    }

    public IResult AskInterval(HttpContext context) => Confirm(context, ((int)interval.Current.TotalSeconds).ToString(CultureInfo.InvariantCulture), null, QuotaLinks.Home);

    public async Task<IResult> SaveIntervalAsync(HttpContext context)
    {
        var typed = (await context.Request.FormOrEmptyAsync())[Field].ToString().Trim();
        var back = await BackAsync(context);
        if (!int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || !PollInterval.IsValid(seconds))
        {
            context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Confirm(context, typed, $"Whole seconds from {PollInterval.MinSeconds} to {PollInterval.MaxSeconds}.", back);
        }

        if (!await changes.ApplyIntervalAsync(AuditActor.Of(context), seconds))
        {
            return answers.Refuse(Refusals.StorageBusy);
        }

        new Flash("Interval saved", $"With cookies every {seconds} s.").Leave(context);
        return new SeeOther(back);
    }

    private IResult Confirm(HttpContext context, string typed, string? fault, string back) => ConfirmResult.Of(
        context,
        frames,
        QuotaPagesEndpoint.Capability,
        new Question(
            "How often to poll with cookies?",
            ["Overrides POLL_INTERVAL and is kept across restarts. Access tokens are polled every 3 minutes regardless."],
            "Save interval",
            IsDanger: false,
            new ConfirmationField(Field, "Seconds between polls", $"From {PollInterval.MinSeconds} to {PollInterval.MaxSeconds}.", typed, "number", Min: PollInterval.MinSeconds, Max: PollInterval.MaxSeconds)),
        fault,
        back);

    private static async Task<string> BackAsync(HttpContext context)
    {
        var back = (await context.Request.FormOrEmptyAsync())["back"].ToString();
        return back.Length == 0 ? QuotaLinks.Home : SignInEndpoint.LocalPath(back);
    }
}
