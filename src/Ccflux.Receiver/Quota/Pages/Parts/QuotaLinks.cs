using Ccflux.Receiver.Shell;

namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>URLs of the quota page, its forms and its figures as CSV.</summary>
internal static class QuotaLinks
{
    public const string Home = "/quota";
    public const string Poll = Home + "/poll";
    public const string Interval = Home + "/interval";
    public const string AccountsCsv = "/api/v1/quota?format=csv";

    public static string PollOf(QuotaAccountId account) => $"{Poll}?account={account}";

    public static string Account(PageLink link, QuotaAccountId account) => link.With(("account", account.ToString()), (QuotaPageRequest.Cards + ".page", null));

    public static string CardId(QuotaAccountId account) => "account-" + account;

    /// <summary>Every reading of the period as it was observed.</summary>
    public static string ReadingsCsv(QuotaAccountId account, QuotaRange range) =>
        string.Create(CultureInfo.InvariantCulture, $"/api/v1/quota/readings?account={account}&hours={range.Period.TotalHours}&format=csv");
}
