using Ccflux.Receiver.Quota.Read;
using Ccflux.Receiver.Shell;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>The table of all accounts: searched, sorted and paged. Equal rows keep the order of who is blocked first.</summary>
internal static class AccountTable
{
    public const string Blocked = "blocked";
    public const string FiveHour = "five_hour";
    public const string SevenDay = "seven_day";

    public static IReadOnlyDictionary<string, Func<AccountView, IComparable?>> Keys { get; } = new Dictionary<string, Func<AccountView, IComparable?>>(StringComparer.Ordinal)
    {
        [Blocked] = account => BlockedFirstOrder.At(account),
        ["account"] = account => account.Name.ToUpperInvariant(),
        [FiveHour] = account => Open(account, FiveHour)?.UsedPercent,
        ["five_hour_reset"] = account => Open(account, FiveHour)?.ResetsAt,
        [SevenDay] = account => Open(account, SevenDay)?.UsedPercent,
        ["seven_day_reset"] = account => Open(account, SevenDay)?.ResetsAt,
        ["pace"] = account => WindowText.Fastest(account)?.Pace?.Ratio,
        ["source"] = account => SourceText.Of(account.Source),
        ["observed"] = account => account.ObservedAt,
        ["state"] = account => $"{AccountState.Shown(account).Rank} {AccountState.Shown(account).Text}",
    };

    public static (IReadOnlyList<AccountView> Rows, TableNav Nav) Page(IReadOnlyList<AccountView> accounts, QuotaPageRequest request, PageLink link, int size)
    {
        var found = accounts.Where(account => request.Search.Length == 0 || Texts(account).Any(text => text.Contains(request.Search, StringComparison.OrdinalIgnoreCase))).ToList();
        var key = Keys[request.Sort];
        var nullsLast = found.OrderBy(account => key(account) is null);
        var sorted = request.Descending ? nullsLast.ThenByDescending(key) : nullsLast.ThenBy(key);
        var page = Math.Clamp(request.RowsPage, 1, Math.Max(1, (found.Count + size - 1) / size));
        var nav = new TableNav(link, QuotaPageRequest.Accounts, QuotaPageRequest.Accounts, request.Sort, request.Descending, page, size, found.Count, request.Search, "");
        return ([.. sorted.Skip((page - 1) * size).Take(size)], nav);
    }

    /// <summary>The window of this name, unless it has ended.</summary>
    public static WindowView? Open(AccountView account, string window) =>
        account.Windows.FirstOrDefault(one => string.Equals(one.Name, window, StringComparison.Ordinal) && !one.IsOver);

    private static IEnumerable<string> Texts(AccountView account) => [account.Name, account.Email ?? "", SourceText.Of(account.Source), AccountState.Shown(account).Text];
}
