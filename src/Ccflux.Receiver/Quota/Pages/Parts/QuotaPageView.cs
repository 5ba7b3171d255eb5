using Ccflux.Receiver.Quota.Read;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>What the page shows.</summary>
/// <param name="All">Every account, soonest to be blocked first.</param>
/// <param name="Faults">What is invalid in the URL.</param>
/// <param name="From">When the history begins.</param>
/// <param name="Cards">The accounts that have a card on this page.</param>
/// <param name="Histories">Histories of these accounts.</param>
/// <param name="Rows">Rows of the table; null for anyone who did not sign in, and next to the card of a single account.</param>
/// <param name="Interval">Between polls with cookies.</param>
public sealed record QuotaPageView(
    QuotaView All,
    QuotaPageRequest Request,
    IReadOnlyList<string> Faults,
    DateTimeOffset From,
    IReadOnlyList<AccountView> Cards,
    TableNav CardsNav,
    ILookup<QuotaAccountId, WindowHistory> Histories,
    IReadOnlyList<AccountView>? Rows,
    TableNav RowsNav,
    TimeSpan Interval)
{
    public bool IsPolling => All.Accounts.Any(account => account.NextPollAt is not null);
}
