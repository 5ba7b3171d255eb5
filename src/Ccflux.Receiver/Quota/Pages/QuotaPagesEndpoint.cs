using System.Text;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota.Pages.Parts;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Quota.Pages;

/// <summary><c>/quota</c>, and the same page as a file with <c>?export</c>.</summary>
internal sealed class QuotaPagesEndpoint(
    QuotaQuery query, HistoryQuery history, PollInterval interval, PageFrames frames, IServiceProvider services, TimeProvider time)
{
    public const string Capability = "Quota";

    /// <summary>Cards per page: each has a chart.</summary>
    private const int CardsShown = 6;
    private const int CardsExported = 24;

    /// <summary>Lets an admin see every account on one screen.</summary>
    private const int RowsShown = 50;
    private const int RowsExported = 1000;

    /// <summary>Figures become stale and forecasts move even while nothing changes.</summary>
    private static readonly TimeSpan s_refreshAfter = TimeSpan.FromMinutes(1);

    public async Task<IResult> ShowAsync(HttpContext context)
    {
        var audience = QuotaAudience.Of(context);
        var isExport = context.Request.Query.ContainsKey("export");
        var frame = isExport
            ? frames.ForExport(Principal.Of(context), "Quota", frames.AddressOf(context.Request))
            : frames.For(context, "Quota", Capability, QuotaFeature.Topic) with { Flash = Flash.Take(context), RefreshAfter = s_refreshAfter };
        var view = await ReadAsync(context, frame.Link, audience, isExport);
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(QuotaPage.Frame)] = frame with { Now = view.All.At },
            [nameof(QuotaPage.View)] = view,
        };
        if (!isExport)
        {
            return Page.Of<QuotaPage>(context, parameters);
        }

        return Results.File(Encoding.UTF8.GetBytes(await Page.RenderAsync<QuotaPage>(services, parameters)), "text/html; charset=utf-8", FileNames.Of("quota", "html", FileNames.Day(DateOnly.FromDateTime(view.All.At.UtcDateTime))));
    }

    private async Task<QuotaPageView> ReadAsync(HttpContext context, PageLink link, QuotaAudience audience, bool isExport)
    {
        var faults = new List<string>();
        var request = QuotaPageRequest.Parse(context.Request.Query, faults);
        var all = await query.ReadAsync(audience, context.RequestAborted);
        if (request.Account is { } wanted && all.Accounts.All(account => account.AccountId != wanted))
        {
            faults.Add("No such account.");
            request = request with { Account = null };
        }

        var chosen = all.Accounts.Where(account => request.Account is null || account.AccountId == request.Account).ToList();
        var size = isExport ? CardsExported : CardsShown;
        var page = Math.Clamp(request.CardsPage, 1, Math.Max(1, (chosen.Count + size - 1) / size));
        IReadOnlyList<AccountView> cards = [.. chosen.Skip((page - 1) * size).Take(size)];
        var from = request.Range.From(all.At);
        var histories = await history.BucketsAsync(
            [.. cards.Select(account => account.AccountId)], from, time.GetUtcNow().AddMilliseconds(1), request.Range.Stretch, audience.Allowed, context.RequestAborted);
        var (rows, rowsNav) = AccountTable.Page(all.Accounts, request, link, isExport ? RowsExported : RowsShown);
        return new QuotaPageView(
            all,
            request,
            faults,
            from,
            cards,
            new TableNav(link, QuotaPageRequest.Cards, QuotaPageRequest.Cards, "", Descending: false, page, size, chosen.Count, "", ""),
            histories,
            audience.WithEmails && request.Account is null ? rows : null,
            rowsNav,
            interval.Current);
    }
}
