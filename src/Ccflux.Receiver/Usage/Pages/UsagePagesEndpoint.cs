using System.Text;
using Ccflux.Receiver.Identity.Pages;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Usage.Read;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Receiver.Usage.Ledger;

namespace Ccflux.Receiver.Usage.Pages;

/// <summary>The read-only pages <c>/admin/</c> and <c>/admin/users/{email}</c>, each also as a file with <c>?export</c>. One read per page.</summary>
internal sealed class UsagePagesEndpoint(UsagePageQuery usage, UserPageQuery users, UsageExport export, PageFrames frames, BrowserAnswers answers, OrganisationCalendar calendar, TimeProvider time)
{
    public const string Capability = "Usage";
    public const string LiveTopic = LedgerWriter.Topic;

    public async Task<IResult> UsageAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        var request = UsagePageRequest.Parse(context.Request.Query, calendar.DateOf(time.GetUtcNow()));
        if (IsExport(context))
        {
            return File(request.Filter, await export.UsageAsync(Principal.Of(context), request.Filter, frames.AddressOf(context.Request), cancellationToken));
        }

        var frame = frames.For(context, "Usage", Capability, LiveTopic) with { Flash = Flash.Take(context) };
        var view = await usage.ReadAsync(request, Principal.Of(context).Scope, cancellationToken);
        return Page.Of<UsagePage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(UsagePage.Frame)] = frame with { Now = view.ReadAt },
            [nameof(UsagePage.View)] = view,
        });
    }

    public async Task<IResult> UserAsync(string email, HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        var request = UserPageRequest.Parse(IdentityLinks.Read(email), context.Request.Query, calendar.DateOf(time.GetUtcNow()));
        if (IsExport(context))
        {
            return await export.UserAsync(Principal.Of(context), request, frames.AddressOf(context.Request), cancellationToken) is { } html ? File(request.Filter, html) : NobodyThere();
        }

        var frame = frames.For(context, request.Email, Capability, LiveTopic) with { Flash = Flash.Take(context) };
        if (await users.ReadAsync(request, Principal.Of(context).Scope, cancellationToken) is not { } view)
        {
            return NobodyThere();
        }

        return Page.Of<UserPage>(context, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(UserPage.Frame)] = frame with { Now = view.ReadAt },
            [nameof(UserPage.View)] = view,
        });
    }

    private PageRefusal NobodyThere() => answers.Refuse(Refusals.NoSuchUser);

    private static bool IsExport(HttpContext context) => context.Request.Query.ContainsKey("export");

    private static IResult File(UsageFilter filter, string html)
    {
        return Results.File(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8", UsageExport.FileName(filter));
    }
}
