using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Pages;

namespace Ccflux.Receiver.Identity.Pages;

/// <summary>Erases a person. The admin confirms it by entering the address; the answer names only the tombstone's number.</summary>
internal sealed class ErasureEndpoint(Erasures erasures, ChangeSubjects subjects, PageFrames frames, BrowserAnswers answers)
{
    private const string ShownUnder = "Usage";

    public async Task<IResult> AskAsync(string email, HttpContext context) =>
        await FindAsync(email, context) is { } address ? Confirm(context, address, null) : answers.Refuse(Refusals.NoSuchUser);

    public async Task<IResult> EraseAsync(string email, HttpContext context)
    {
        if (await FindAsync(email, context) is not { } address)
        {
            return answers.Refuse(Refusals.NoSuchUser);
        }

        if (!string.Equals(UserRules.Normalize((await context.Request.FormOrEmptyAsync())["confirmed"]), address, StringComparison.Ordinal))
        {
            return Refused(context, address, StatusCodes.Status422UnprocessableEntity, "This is not the person's e-mail address. Nothing was changed.");
        }

        if (!(await erasures.BeginAsync(Actor.Of(context), address)).TryGet(out var begun))
        {
            return Refused(context, address, StatusCodes.Status503ServiceUnavailable, UserChangeResult.Busy.Message);
        }

        if (begun is not { } number)
        {
            return answers.Refuse(Refusals.NoSuchUser);
        }

        new Flash($"The person is being erased: {ErasedPerson.NameOf(number)}", "Access has ended. The rest goes within seconds.").Leave(context);
        return new SeeOther(IdentityLinks.UserTable);
    }

    private async Task<string?> FindAsync(string email, HttpContext context) =>
        (await subjects.FindUserAsync(UserRules.Normalize(IdentityLinks.Read(email)), Principal.Of(context).Scope, context.RequestAborted))?.Email;

    private IResult Refused(HttpContext context, string email, int status, string fault)
    {
        context.Response.StatusCode = status;
        return Confirm(context, email, fault);
    }

    private IResult Confirm(HttpContext context, string email, string? fault) =>
        ConfirmResult.Of(context, frames, ShownUnder, IdentityConfirmations.Erase(email), fault, IdentityLinks.UserTable);
}
