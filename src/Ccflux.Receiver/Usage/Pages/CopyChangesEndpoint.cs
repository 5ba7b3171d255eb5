using Ccflux.Receiver.Identity.Pages;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Pages;
using Ccflux.Receiver.Usage.Copies;
using Ccflux.Receiver.Usage.Pages.Parts;

namespace Ccflux.Receiver.Usage.Pages;

/// <summary>Declares that one user's requests are copies of another's, and takes that back. Each change is confirmed on a GET page and made by a POST.</summary>
internal sealed class CopyChangesEndpoint(CopyDeclarations declarations, ChangeSubjects subjects, PageFrames frames, BrowserAnswers answers)
{
    public Task<IResult> AskDeclareAsync(string email, string original, HttpContext context) => AskAsync(context, email, original, CopyConfirmations.Declare);

    public Task<IResult> DeclareAsync(string email, string original, HttpContext context) =>
        ChangeAsync(context, email, original, declarations.DeclareAsync, CopyConfirmations.Declare, "Counted for one user");

    public Task<IResult> AskTakeBackAsync(string email, string original, HttpContext context) => AskAsync(context, email, original, CopyConfirmations.TakeBack);

    public Task<IResult> TakeBackAsync(string email, string original, HttpContext context) =>
        ChangeAsync(context, email, original, declarations.TakeBackAsync, CopyConfirmations.TakeBack, "Counted for both users");

    private async Task<IResult> AskAsync(HttpContext context, string email, string original, Func<string, string, Question> ask)
    {
        var (user, other) = (Address(email), Address(original));
        return await AreKnownAsync(context, user, other) ? Confirm(context, ask(user, other), null, UsageLinks.User(user) + UsageLinks.SharedAnchor) : answers.Refuse(Refusals.NoSuchUser);
    }

    private async Task<IResult> ChangeAsync(
        HttpContext context, string email, string original, Func<Actor, string, string, Task<CopyFault?>> change, Func<string, string, Question> ask, string done)
    {
        var (user, other) = (Address(email), Address(original));
        if (!await AreKnownAsync(context, user, other))
        {
            return answers.Refuse(Refusals.NoSuchUser);
        }

        var back = SignInEndpoint.LocalPath((await context.Request.FormOrEmptyAsync())["back"]);
        if (await change(Actor.Of(context), user, other) is { } fault)
        {
            context.Response.StatusCode = fault.Status();
            return Confirm(context, ask(user, other), fault.Message(), back);
        }

        new Flash($"{done}: requests of {user} that {other} has too", "The figures change within a minute.").Leave(context);
        return new SeeOther(back.Contains('#', StringComparison.Ordinal) ? back : back + UsageLinks.SharedAnchor);
    }

    /// <summary>Whether the caller may know of both.</summary>
    private async Task<bool> AreKnownAsync(HttpContext context, string user, string other)
    {
        var allowed = Principal.Of(context).Scope;
        return await subjects.FindUserAsync(user, allowed, context.RequestAborted) is not null && await subjects.FindUserAsync(other, allowed, context.RequestAborted) is not null;
    }

    private IResult Confirm(HttpContext context, Question question, string? fault, string back) =>
        ConfirmResult.Of(context, frames, UsagePagesEndpoint.Capability, question, fault, back);

    private static string Address(string email) => UserRules.Normalize(IdentityLinks.Read(email));
}
