using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Pages.Parts;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Pages;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>The admin's changes to agents and rotation. A GET shows the form, a POST makes the change.</summary>
internal sealed class FleetFormsEndpoint(BoardQuery board, AgentStore agents, AgentCommandQueue commands, RotationControls control, PageFrames frames, BrowserAnswers answers)
{
    private const string TooManyCodes = "There are too many unused codes, or the database is not accepting writes right now.";
    private const string NotThere = "No such agent, or it was revoked.";

    public IResult AskEnrol(HttpContext context) => Ask(context, FleetForms.Enrol(""));

    public async Task<IResult> EnrolAsync(HttpContext context)
    {
        var machine = (await context.Request.FormOrEmptyAsync())["machine"].ToString();
        return await CodePageAsync(context, machine.Trim(), await agents.NewCodeAsync(machine, Actor.Of(context)))
            ?? Ask(context, FleetForms.Enrol(machine), AgentStore.IsMachine(machine.Trim()) ? TooManyCodes : "machine: 1 to 255 characters on one line.");
    }

    public Task<IResult> AskEnrolAgainAsync(string id, HttpContext context) =>
        WithAgentAsync(context, id, (agent, _) => Task.FromResult(Ask(context, FleetForms.EnrolAgain(agent))), orRevoked: true);

    public Task<IResult> EnrolAgainAsync(string id, HttpContext context) => WithAgentAsync(
        context,
        id,
        async (agent, _) => await CodePageAsync(context, agent.Machine, await agents.NewCodeForAsync(id, Actor.Of(context))) ?? Ask(context, FleetForms.EnrolAgain(agent), TooManyCodes),
        orRevoked: true);

    public Task<IResult> AskGrantsAsync(string id, HttpContext context) => WithAgentAsync(context, id, (agent, now) => Ask(context, FleetForms.Grants(agent, now.Accounts)));

    public Task<IResult> GrantsAsync(string id, HttpContext context) => WithAgentAsync(context, id, async (agent, now) =>
    {
        var chosen = (await context.Request.FormOrEmptyAsync())["account"].Select(Chosen).ToHashSet();
        foreach (var account in now.Accounts)
        {
            var isGranted = agent.Granted.Contains(account.Label, StringComparer.Ordinal);
            if (isGranted != chosen.Contains(account.Id) && !await agents.GrantAsync(id, account.Id, !isGranted, Actor.Of(context)))
            {
                return Ask(context, FleetForms.Grants(agent, now.Accounts), "Not everything could be saved: check the grants again.");
            }
        }

        return Done(context, "Accounts saved", agent.Machine, "agents");
    });

    public Task<IResult> AskSwitchAsync(string id, HttpContext context) => WithAgentAsync(context, id, (agent, now) => Ask(context, FleetForms.Switch(agent, now.Accounts, "", allowCopy: false)));

    public Task<IResult> SwitchAsync(string id, HttpContext context) => WithAgentAsync(context, id, async (agent, now) =>
    {
        var form = await context.Request.FormOrEmptyAsync();
        var (chosen, allowCopy) = (form["account"].ToString(), form["copy"].ToString() is "1");
        var asked = FleetForms.Switch(agent, now.Accounts, chosen, allowCopy);
        if (agent.Sessions > 0)
        {
            return await control.RequestAsync(id, Chosen(chosen), Actor.Of(context)) is { } wrong
                ? Ask(context, asked, wrong)
                : Done(context, "Switch requested", $"{agent.Machine}, as soon as no tool call is running there", "agents");
        }

        var result = await commands.IssueAsync(id, Chosen(chosen), allowCopy, Actor.Of(context));
        return IssueText.Fault(result.Outcome) is { } fault
            ? Ask(context, asked, fault)
            : Done(context, result.Whole ? "Login on its way" : "Copy on its way", $"to {agent.Machine}, at its next heartbeat", "agents");
    });

    public Task<IResult> AskReleaseAsync(string id, HttpContext context) => WithAgentAsync(context, id, (agent, _) => Ask(context, FleetForms.Release(agent)));

    public Task<IResult> ReleaseAsync(string id, HttpContext context) => WithAgentAsync(context, id, async (agent, _) =>
        await control.ReleaseAsync(id, Actor.Of(context)) is { } fault ? Ask(context, FleetForms.Release(agent), fault) : Done(context, "Released", agent.Machine, "agents"));

    public Task<IResult> AskRevokeAsync(string id, HttpContext context) => WithAgentAsync(context, id, (agent, _) => Ask(context, FleetForms.Revoke(agent)));

    public Task<IResult> RevokeAsync(string id, HttpContext context) => WithAgentAsync(context, id, async (agent, _) =>
        await agents.RevokeAsync(id, Actor.Of(context))
            ? Done(context, "Agent revoked", agent.Machine, "agents")
            : Ask(context, FleetForms.Revoke(agent), "It was already revoked, or the database is not accepting writes right now."));

    public async Task<IResult> AskPinAsync(HttpContext context)
    {
        var now = await board.ReadAsync(Principal.Of(context).Scope, context.RequestAborted);
        return Ask(context, FleetForms.Pin(now.Accounts, now.Agents, "", "fleet ", "soft"));
    }

    public async Task<IResult> PinAsync(HttpContext context)
    {
        var form = await context.Request.FormOrEmptyAsync();
        var (account, place, mode) = (form["account"].ToString(), form["place"].ToString(), form["mode"].ToString());
        var now = await board.ReadAsync(Principal.Of(context).Scope, context.RequestAborted);
        var fault = PinText.Parse(account, place, mode, now) is { } pin
            ? await control.PinAsync(pin, Actor.Of(context))
            : "account, place, mode: choose one of the values in the form.";
        return fault is null ? Done(context, "Account pinned", "", "pins") : Ask(context, FleetForms.Pin(now.Accounts, now.Agents, account, place, mode), fault);
    }

    public async Task<IResult> AskUnpinAsync(HttpContext context)
    {
        var (scope, target) = (context.Request.Query["scope"].ToString(), context.Request.Query["target"].ToString());
        var pin = (await board.ReadAsync(Principal.Of(context).Scope, context.RequestAborted)).Pins.FirstOrDefault(pin => IsOf(pin, scope, target));
        return pin is null ? Missing("No such pin.") : Ask(context, FleetForms.Unpin(pin));
    }

    public async Task<IResult> UnpinAsync(HttpContext context)
    {
        var form = await context.Request.FormOrEmptyAsync();
        var (scope, target) = (form["scope"].ToString(), form["target"].ToString());
        if (PinText.Scope(scope) is not { } known || !(await board.ReadAsync(Principal.Of(context).Scope, context.RequestAborted)).Pins.Any(pin => IsOf(pin, scope, target)))
        {
            return Missing("No such pin.");
        }

        return await control.UnpinAsync(known, target, Actor.Of(context)) is { } fault ? Missing(fault) : Done(context, "Account unpinned", "", "pins");
    }

    public IResult AskPause(HttpContext context) => Ask(context, FleetForms.Pause);

    public Task<IResult> PauseAsync(HttpContext context) => SetPausedAsync(context, isPaused: true);

    public IResult AskResume(HttpContext context) => Ask(context, FleetForms.Resume);

    public Task<IResult> ResumeAsync(HttpContext context) => SetPausedAsync(context, isPaused: false);

    /// <returns>Null if no code was created.</returns>
    private async Task<IResult?> CodePageAsync(HttpContext context, string machine, string? code) =>
        code is null || await agents.ReceiverFingerprintAsync() is not { } fingerprint
            ? null
            : Page.Of<EnrolmentCodePage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                [nameof(EnrolmentCodePage.Frame)] = frames.For(context, "Enrolment code", FleetPagesEndpoint.Capability),
                [nameof(EnrolmentCodePage.Machine)] = machine,
                [nameof(EnrolmentCodePage.Code)] = code,
                [nameof(EnrolmentCodePage.Fingerprint)] = fingerprint,
            });

    private async Task<IResult> SetPausedAsync(HttpContext context, bool isPaused) =>
        await control.PauseAsync(isPaused, Actor.Of(context)) is { } fault
            ? Ask(context, isPaused ? FleetForms.Pause : FleetForms.Resume, fault)
            : Done(context, isPaused ? "Rotation paused" : "Rotation resumed", "", "pins");

    private Task<IResult> WithAgentAsync(HttpContext context, string id, Func<AgentRow, Board, IResult> answer) =>
        WithAgentAsync(context, id, (agent, now) => Task.FromResult(answer(agent, now)));

    private async Task<IResult> WithAgentAsync(HttpContext context, string id, Func<AgentRow, Board, Task<IResult>> answer, bool orRevoked = false)
    {
        var now = await board.ReadAsync(Principal.Of(context).Scope, context.RequestAborted);
        return now.Agents.FirstOrDefault(agent => string.Equals(agent.Id, id, StringComparison.Ordinal) && (orRevoked || agent.State != AgentConnection.Revoked)) is { } agent ? await answer(agent, now) : Missing(NotThere);
    }

    private static bool IsOf(PinView pin, string scope, string target) => string.Equals(pin.Scope, scope, StringComparison.Ordinal) && string.Equals(pin.Target, target, StringComparison.Ordinal);

    private IResult Ask(HttpContext context, FormDefinition form, string? fault = null) => FleetFormResults.Ask(context, frames, form, fault);

    private PageRefusal Missing(string detail) => answers.Refuse(Refusals.NotFound(detail));

    private static SeeOther Done(HttpContext context, string text, string detail, string panel) => FleetFormResults.Done(context, text, detail, panel);

    private static FleetAccountId Chosen(string? text) => new(FleetFormResults.Number(text));
}
