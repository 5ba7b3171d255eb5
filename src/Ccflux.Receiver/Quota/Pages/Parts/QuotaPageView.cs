using Ccflux.Receiver.Quota.Read;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>What the page shows.</summary>
/// <param name="All">Every account, who is blocked first on top.</param>
/// <param name="Faults">What the address asks wrongly.</param>
/// <param name="From">Where the history begins.</param>
/// <param name="Cards">The accounts that have a card on this page.</param>
/// <param name="Histories">Of these accounts.</param>
/// <param name="Rows">Of the table; null for those who did not sign in, and beside the card of a single account.</param>
/// <param name="Interval">Between polls with cookies.</param>
public sealed record QuotaPageView(
    QuotaView All,
    QuotaPageRequest Request,
    IReadOnlyList<string> Faults,
    DateTimeOffset From,
    IReadOnlyList<AccountView> Cards,
    TableNav CardsNav,
    ILookup<long, WindowHistory> Histories,
    IReadOnlyList<AccountView>? Rows,
    TableNav RowsNav,
    TimeSpan Interval)
{
    public bool IsPolling => All.Accounts.Any(account => account.NextPollAt is not null);
}
