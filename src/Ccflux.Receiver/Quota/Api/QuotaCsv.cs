using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Quota.Read;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccflux.Receiver.Quota.Api;

/// <summary>Writes the API's tables as CSV.</summary>
internal static class QuotaCsv
{
    private static readonly ApiColumns<(AccountReply Account, WindowReply? Window)> WindowColumns = new ApiColumns<(AccountReply Account, WindowReply? Window)>()
        .Integer("account", row => row.Account.Id)
        .Text("label", row => row.Account.Label)
        .Text("email", row => row.Account.Email)
        .Text("source", row => row.Window?.Source ?? row.Account.Source)
        .Text("window", row => row.Window?.Window)
        .Share("used_percent", row => row.Window?.Utilization)
        .Text("level", row => row.Window?.Level)
        .Instant("resets_utc", row => row.Window?.ResetsAt)
        .Instant("observed_utc", row => row.Window?.ObservedAt)
        .Flag("stale", row => row.Account.Stale)
        .Text("outlook", row => row.Window?.Projection.Outlook)
        .Instant("earliest_utc", row => row.Window?.Projection.Earliest)
        .Instant("latest_utc", row => row.Window?.Projection.Latest)
        .Text("error", row => row.Account.Error?.Kind);

    private static readonly ApiColumns<ReadingReply> ReadingColumns = new ApiColumns<ReadingReply>()
        .Integer("account", row => row.Account)
        .Text("label", row => row.Label)
        .Text("email", row => row.Email)
        .Text("window", row => row.Window)
        .Share("used_percent", row => row.Utilization)
        .Instant("resets_utc", row => row.ResetsAt)
        .Instant("observed_utc", row => row.ObservedAt)
        .Text("source", row => row.Source);

    public static ContentHttpResult Accounts(IEnumerable<AccountReply> accounts) => Text(Csv.Write(WindowColumns.List, accounts.SelectMany(Rows)));

    public static ContentHttpResult Readings(IEnumerable<ReadingReply> readings) => Text(Csv.Write(ReadingColumns.List, readings));

    /// <summary>One row per window; an account without windows still gets a row.</summary>
    private static IEnumerable<(AccountReply Account, WindowReply? Window)> Rows(AccountReply account) =>
        account.Windows.Count == 0 ? [(account, null)] : account.Windows.Select(window => (account, (WindowReply?)window));

    private static ContentHttpResult Text(string csv) => TypedResults.Text(csv, Csv.ContentType);
}
