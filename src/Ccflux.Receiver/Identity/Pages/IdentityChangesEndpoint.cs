using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Pages;

namespace Ccflux.Receiver.Identity.Pages;

/// <summary>
/// Changes users and devices. Each change is confirmed on a GET page (shown as a dialog if scripts are enabled) and made by a POST, which
/// redirects back with a message. A new token is only in the response to its POST and nowhere else.
/// </summary>
internal sealed class IdentityChangesEndpoint(
    UserAdministration accounts, DeviceKeys devices, ChangeSubjects subjects, PageFrames frames, BrowserAnswers answers, IChangeFeed changes,
    IEnumerable<ICompanionToken> companions)
{
    // Users and devices are shown on the usage pages: the navigation entry of these, and the topic that refreshes them.
    private const string ShownUnder = "Usage";
    private const string Topic = "usage";

    public async Task<IResult> AddUserAsync(HttpContext context)
    {
        var form = await context.Request.FormOrEmptyAsync();
        var entry = AddUserEntry.Blank with { Email = Text(form["email"]), Division = Text(form["division"]), Days = Text(form["days"]) };
        var days = ParseDays(entry.Days) ?? 0;
        var result = await accounts.AddAsync(AuditActor.Of(context), entry.Email, entry.Division, days);
        if (result is { IsOk: true, Token: { } token })
        {
            return TokenIssued(context, result.Target, token, days, await CompanionsAsync(context, result.Target));
        }

        context.Response.StatusCode = result.Status;
        return Page.Of<AddUserPage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(AddUserPage.Frame)] = frames.For(context, "Add user", ShownUnder),
            [nameof(AddUserPage.Entry)] = entry with { Faults = FaultOf(result) },
            [nameof(AddUserPage.LiveEmail)] = result.Fault is AccountFault.AlreadyLive ? UserRules.Normalize(entry.Email) : null,
        });
    }

    public Task<IResult> AskRevokeUserAsync(string email, HttpContext context) =>
        AskAboutUserAsync(context, email, user => IdentityConfirmations.RevokeUser(user.Email));

    public async Task<IResult> RevokeUserAsync(string email, HttpContext context) =>
        await DoneAsync(context, await accounts.RevokeAsync(AuditActor.Of(context), IdentityLinks.Read(email)), "User revoked", "Past usage stays.", IdentityLinks.UserAnchor, IdentityConfirmations.RevokeUser(IdentityLinks.Read(email)));

    public Task<IResult> AskReissueAsync(string email, HttpContext context) =>
        AskAboutUserAsync(context, email, user => IdentityConfirmations.Reissue(user.Email, user.DaysValid));

    public async Task<IResult> ReissueAsync(string email, HttpContext context)
    {
        var typed = Text((await context.Request.FormOrEmptyAsync())["days"]);
        var days = ParseDays(typed);
        var result = await accounts.ReissueAsync(AuditActor.Of(context), IdentityLinks.Read(email), typed.Length == 0 ? null : days ?? 0);
        if (result is not { IsOk: true, Token: { } token })
        {
            return await DoneAsync(context, result, "", "", IdentityLinks.UserAnchor, IdentityConfirmations.Reissue(IdentityLinks.Read(email), days));
        }

        var user = await subjects.FindUserAsync(result.Target, context.RequestAborted);
        return TokenIssued(context, result.Target, token, user?.DaysValid ?? days ?? UserAdministration.DefaultDays, await CompanionsAsync(context, result.Target));
    }

    public Task<IResult> AskDivisionAsync(string email, HttpContext context) =>
        AskAboutUserAsync(context, email, user => IdentityConfirmations.Division(user.Email, user.Division));

    public async Task<IResult> SetDivisionAsync(string email, HttpContext context)
    {
        var division = Text((await context.Request.FormOrEmptyAsync())["division"]);
        var result = await accounts.SetDivisionAsync(AuditActor.Of(context), IdentityLinks.Read(email), division);
        return await DoneAsync(context, result, "Division changed", division.Length > 0 ? division : "without division", IdentityLinks.UserAnchor, IdentityConfirmations.Division(IdentityLinks.Read(email), division));
    }

    public Task<IResult> AskRevokeDeviceAsync(long id, HttpContext context) =>
        AskAboutDeviceAsync(context, id, device => IdentityConfirmations.RevokeDevice(device.Name, device.Email));

    public async Task<IResult> RevokeDeviceAsync(long id, HttpContext context) =>
        await DoneAsync(context, await devices.RevokeAsync(AuditActor.Of(context), id), "Device revoked", "The user's other devices keep working.", IdentityLinks.DeviceAnchor, question: null);

    public Task<IResult> AskApproveDeviceAsync(long id, HttpContext context) =>
        AskAboutDeviceAsync(context, id, device => IdentityConfirmations.ApproveDevice(device.Name, device.Email, UnixTime.At(device.RegisteredAt)));

    public async Task<IResult> ApproveDeviceAsync(long id, HttpContext context) =>
        await DoneAsync(context, await devices.ApproveAsync(AuditActor.Of(context), id), "Device approved", "Its reports are accepted from now on.", IdentityLinks.DeviceAnchor, question: null);

    private async Task<IResult> AskAboutUserAsync(HttpContext context, string email, Func<UserSubject, Question> ask) =>
        await subjects.FindUserAsync(UserRules.Normalize(IdentityLinks.Read(email)), context.RequestAborted) is { } user
            ? Confirm(context, ask(user), null, IdentityLinks.UserTable)
            : answers.Refuse(Refusals.NoSuchUser);

    private async Task<IResult> AskAboutDeviceAsync(HttpContext context, long id, Func<DeviceSubject, Question> ask) =>
        await subjects.FindDeviceAsync(id, context.RequestAborted) is { } device
            ? Confirm(context, ask(device), null, IdentityLinks.DeviceTable)
            : answers.Refuse(Refusals.NotFound("There is no such device."));

    /// <summary>Redirects to where the admin came from with a message about the change, or shows the question again with the error.</summary>
    private async Task<IResult> DoneAsync(HttpContext context, UserChangeResult result, string text, string detail, string anchor, Question? question)
    {
        var back = SignInEndpoint.LocalPath((await context.Request.FormOrEmptyAsync())["back"]);
        if (!result.IsOk)
        {
            if (question is null)
            {
                return answers.Refuse(Refusals.NotChanged(result.Status, result.Message));
            }

            context.Response.StatusCode = result.Status;
            return Confirm(context, question, result.Message, back);
        }

        changes.Publish(Topic);
        new Flash($"{text}: {result.Target}", detail).Leave(context);
        return new SeeOther(back.Contains('#', StringComparison.Ordinal) ? back : back + anchor);
    }

    /// <summary>Issues a new token of each companion.</summary>
    private async Task<IReadOnlyList<CompanionToken>> CompanionsAsync(HttpContext context, string email)
    {
        var issued = new List<CompanionToken>();
        foreach (var companion in companions)
        {
            if (await companion.IssueAsync(AuditActor.Of(context), email, frames.AddressOf(context.Request)) is { } token)
            {
                issued.Add(token);
            }
        }

        return issued;
    }

    private IResult TokenIssued(HttpContext context, string email, string token, int days, IReadOnlyList<CompanionToken> companions)
    {
        changes.Publish(Topic);
        return Page.Of<TokenIssuedPage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(TokenIssuedPage.Frame)] = frames.For(context, "Token issued", ShownUnder),
            [nameof(TokenIssuedPage.Email)] = email,
            [nameof(TokenIssuedPage.Token)] = token,
            [nameof(TokenIssuedPage.Days)] = days,
            [nameof(TokenIssuedPage.Companions)] = companions,
        });
    }

    private IResult Confirm(HttpContext context, Question question, string? fault, string back) =>
        ConfirmResult.Of(context, frames, ShownUnder, question, fault, back);

    private static Dictionary<string, string> FaultOf(UserChangeResult result)
    {
        var field = result.Fault switch
        {
            AccountFault.DivisionTooLong => "division",
            AccountFault.DaysOutOfRange => "days",
            _ => "email",
        };
        return new(StringComparer.Ordinal) { [field] = result.Message };
    }

    private static string Text(string? typed) => (typed ?? "").Trim();

    private static int? ParseDays(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : null;
}
