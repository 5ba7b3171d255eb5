using Ccflux.Receiver.Quota.Forecasts;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>Orders accounts by who is or will be blocked first: full now; then by the earliest instant that a window may run out; then the fullest.</summary>
internal static class BlockedFirstOrder
{
    public static IOrderedEnumerable<AccountView> Sort(IEnumerable<AccountView> accounts) => accounts
        .OrderBy(account => At(account) ?? DateTimeOffset.MaxValue)
        .ThenByDescending(account => Open(account).Select(window => window.UsedPercent).DefaultIfEmpty(-1).Max())
        .ThenBy(account => account.Error is null)
        .ThenBy(account => account.Name, StringComparer.OrdinalIgnoreCase)
        .ThenBy(account => account.AccountId.Value);

    /// <summary>When it may be blocked; the beginning of time if it already is, null if that is not forecast.</summary>
    public static DateTimeOffset? At(AccountView account) => Nearest(account) is { } window ? At(window) : null;

    /// <summary>The window that is forecast to block it first, if there is one.</summary>
    public static WindowView? Nearest(AccountView account) => Open(account).Where(window => At(window) is not null).MinBy(At);

    private static DateTimeOffset? At(WindowView window) =>
        window.Projection.Outlook is Outlook.Exhausted ? DateTimeOffset.MinValue : window.Projection.Earliest;

    private static IEnumerable<WindowView> Open(AccountView account) => account.Windows.Where(window => !window.IsOver);
}
