using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Quota.Read;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccflux.Receiver.Quota.Api;

/// <summary>Writes the API's tables as CSV.</summary>
internal static class QuotaCsv
{
    private static readonly string[] AccountHeads =
    [
        "account", "label", "email", "source", "window", "used_percent", "level", "resets_utc", "observed_utc", "stale", "outlook", "earliest_utc", "latest_utc", "error",
    ];

    private static readonly ApiColumns<ReadingReply> ReadingColumns = new ApiColumns<ReadingReply>()
        .Integer("account", row => row.Account)
        .Text("label", row => row.Label)
        .Text("email", row => row.Email)
        .Text("window", row => row.Window)
        .Share("used_percent", row => row.Utilization)
        .Instant("resets_utc", row => row.ResetsAt)
        .Instant("observed_utc", row => row.ObservedAt)
        .Text("source", row => row.Source);

    public static ContentHttpResult Accounts(IEnumerable<AccountReply> accounts) => Text(Csv.Write(AccountHeads, accounts.SelectMany(Rows)));

    public static ContentHttpResult Readings(IEnumerable<ReadingReply> readings) => Text(Csv.Write(ReadingColumns.List, readings));

    /// <summary>One row per window; an account without windows still gets a row.</summary>
    private static IEnumerable<IEnumerable<object?>> Rows(AccountReply account) => account.Windows.Count == 0
        ? [[account.Id, account.Label, account.Email, account.Source, null, null, null, null, null, account.Stale, null, null, null, account.Error?.Kind]]
        : account.Windows.Select(IEnumerable<object?> (window) =>
        [
            account.Id, account.Label, account.Email, window.Source, window.Window, window.Utilization, window.Level, window.ResetsAt, window.ObservedAt,
            account.Stale, window.Projection.Outlook, window.Projection.Earliest, window.Projection.Latest, account.Error?.Kind,
        ]);

    private static ContentHttpResult Text(string csv) => TypedResults.Text(csv, Csv.ContentType);
}
