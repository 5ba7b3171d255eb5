using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Pages;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Pages.Parts;
using Ccflux.Receiver.Telemetry.Read;

namespace Ccflux.Receiver.Telemetry.Pages;

/// <summary>Applies what the admin changes about telemetry: tokens, plans, and the users of installations. A GET shows the form, a POST makes the change.</summary>
internal sealed class TelemetryChangesEndpoint(
    TelemetryTokens tokens, InstallationMapping installations, PlanStore plans, TelemetryAdminQuery admin, PageFrames frames, BrowserAnswers answers, IChangeFeed changes)
{
    private const string Installs = TelemetryLinks.Home + "#installs";

    public Task<IResult> AskIssueAsync(string person, HttpContext context) => AskAboutUserAsync(context, person, TelemetryConfirmations.Issue);

    public async Task<IResult> IssueAsync(string person, HttpContext context)
    {
        var result = await tokens.IssueAsync(AuditActor.Of(context), TelemetryLinks.Read(person));
        if (result is not { IsOk: true, Token: { } token })
        {
            return Refuse(result);
        }

        changes.Publish(TelemetryPagesEndpoint.LiveTopic);
        return Page.Of<TelemetryTokenPage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(TelemetryTokenPage.Frame)] = frames.For(context, "Telemetry token issued", TelemetryPagesEndpoint.Capability),
            [nameof(TelemetryTokenPage.Email)] = result.Target,
            [nameof(TelemetryTokenPage.Token)] = token,
        });
    }

    public Task<IResult> AskRevokeAsync(string person, HttpContext context) => AskAboutUserAsync(context, person, TelemetryConfirmations.Revoke);

    public async Task<IResult> RevokeAsync(string person, HttpContext context)
    {
        var result = await tokens.RevokeAsync(AuditActor.Of(context), TelemetryLinks.Read(person));
        return result.IsOk ? Done(context, "Telemetry tokens revoked", result.Target, TelemetryLinks.User(result.Target)) : Refuse(result);
    }

    public async Task<IResult> AskPlanAsync(string person, HttpContext context)
    {
        var name = TelemetryLinks.Read(person);
        return await admin.IsKnownAsync(name, context.RequestAborted)
            ? Confirm(context, TelemetryConfirmations.Plan(name, (await admin.PlanAsync(name, context.RequestAborted)) is { IsSet: true } plan ? plan.Name : null), null, TelemetryLinks.User(name))
            : Nobody();
    }

    public async Task<IResult> SetPlanAsync(string person, HttpContext context)
    {
        var name = TelemetryLinks.Read(person);
        if (!await admin.IsKnownAsync(name, context.RequestAborted))
        {
            return Nobody();
        }

        var plan = (await context.Request.FormOrEmptyAsync())["plan"].ToString().Trim();
        if (plan.Length > PlanStore.MaxLength || plan.Any(char.IsControl))
        {
            context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Confirm(context, TelemetryConfirmations.Plan(name, null), $"plan: must be one line of at most {PlanStore.MaxLength} characters", TelemetryLinks.User(name));
        }

        var result = await plans.SetAsync(AuditActor.Of(context), name, plan);
        return result.IsOk ? Done(context, plan.Length == 0 ? "Plan removed" : "Plan set", plan.Length == 0 ? name : $"{plan} for {name}", TelemetryLinks.User(name)) : Refuse(result);
    }

    public async Task<IResult> AskMapAsync(long id, HttpContext context) =>
        await FindAsync(id, context) is { } install ? Confirm(context, TelemetryConfirmations.Map(install.InstallId, install.MappedTo), null, Installs) : NoInstallation();

    public async Task<IResult> MapAsync(long id, HttpContext context)
    {
        if (await FindAsync(id, context) is not { } install)
        {
            return NoInstallation();
        }

        var typed = (await context.Request.FormOrEmptyAsync())["email"].ToString().Trim();
        var result = await installations.MapAsync(AuditActor.Of(context), id, typed);
        if (result.IsOk)
        {
            return Done(context, "Installation assigned", result.Target.Length > 0 ? result.Target : "to no user", Installs);
        }

        context.Response.StatusCode = result.Status;
        return Confirm(context, TelemetryConfirmations.Map(install.InstallId, typed), result.Message, Installs);
    }

    private Task<(string InstallId, string? MappedTo)?> FindAsync(long id, HttpContext context) => admin.InstallAsync(id, context.RequestAborted);

    private async Task<IResult> AskAboutUserAsync(HttpContext context, string person, Func<string, Question> ask)
    {
        var email = TelemetryLinks.Read(person);
        return await admin.TokensAsync(email, context.RequestAborted) is null
            ? Nobody()
            : Confirm(context, ask(email), null, TelemetryLinks.User(email));
    }

    private SeeOther Done(HttpContext context, string text, string detail, string place)
    {
        changes.Publish(TelemetryPagesEndpoint.LiveTopic);
        new Flash(text, detail).Leave(context);
        return new SeeOther(place);
    }

    private IResult Confirm(HttpContext context, Question question, string? fault, string back) =>
        ConfirmResult.Of(context, frames, TelemetryPagesEndpoint.Capability, question, fault, back);

    private PageRefusal Refuse(UserChangeResult result) => answers.Refuse(Refusals.NotChanged(result.Status, result.Message));

    private PageRefusal Nobody() => answers.Refuse(Refusals.NoSuchUser);

    private PageRefusal NoInstallation() => answers.Refuse(Refusals.NotFound("No such installation."));
}
