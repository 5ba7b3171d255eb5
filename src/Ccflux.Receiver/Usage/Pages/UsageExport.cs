using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Usage.Read;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Pages;

/// <summary>Exports a page as one self-contained HTML file: whole tables, drawn charts, no forms, no secrets, no requests.</summary>
internal sealed class UsageExport(UsagePageQuery usage, UserPageQuery users, PageFrames frames, IServiceProvider services, OrganisationCalendar calendar, TimeProvider time)
{
    /// <summary>The file's name, with its period and filter.</summary>
    public static string FileName(UsageFilter filter) => FileNames.Of("usage", "html", [.. filter.FileSpan, .. filter.FileNarrowing]);

    /// <summary>The usage page.</summary>
    /// <param name="principal">Whose page it is.</param>
    /// <param name="filter">What it covers; null for the default.</param>
    /// <param name="address">The receiver's URL, for the heading.</param>
    /// <param name="cancellationToken">Cancels the wait for a reader.</param>
    public async Task<string> UsageAsync(Principal principal, UsageFilter? filter, string address, CancellationToken cancellationToken)
    {
        var frame = frames.ForExport(principal, "Usage", address);
        var view = await usage.ReadAsync(UsagePageRequest.Whole(filter ?? UsageFilter.Default(calendar.DateOf(time.GetUtcNow()))), principal.Scope, cancellationToken);
        return await Page.RenderAsync<UsagePage>(services, Parameters(frame, view));
    }

    /// <summary>A person's page; null if no user has this e-mail address.</summary>
    public async Task<string?> UserAsync(Principal principal, UserPageRequest request, string address, CancellationToken cancellationToken)
    {
        var whole = request with
        {
            Days = Whole(request.Days),
            Windows = Whole(request.Windows),
            Sessions = Whole(request.Sessions),
        };
        return await users.ReadAsync(whole, principal.Scope, cancellationToken) is { } view
            ? await Page.RenderAsync<UserPage>(services, Parameters(frames.ForExport(principal, view.User.Email, address), view))
            : null;
    }

    private static Dictionary<string, object?> Parameters(PageFrame frame, object view) =>
        new(StringComparer.Ordinal) { [nameof(UsagePage.Frame)] = frame, [nameof(UsagePage.View)] = view };

    private static TableState Whole(TableState state) => state with { Page = 1, Size = TableState.MaxSize };
}
