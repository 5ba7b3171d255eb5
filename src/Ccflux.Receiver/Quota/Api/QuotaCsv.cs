using System.Text;
using Ccflux.Receiver.Quota.Read;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Ccflux.Receiver.Quota.Api;

/// <summary>Tables as CSV (RFC 4180). A cell that a spreadsheet would run as a formula is quoted with an apostrophe.</summary>
internal static class QuotaCsv
{
    public static ContentHttpResult Accounts(IEnumerable<AccountReply> accounts)
    {
        var text = new StringBuilder();
        Line(text, "account", "label", "email", "source", "window", "used_percent", "level", "resets_utc", "observed_utc", "stale", "outlook", "earliest_utc", "latest_utc", "error");
        foreach (var account in accounts)
        {
            var error = account.Error?.Kind;
            if (account.Windows.Count == 0)
            {
                Line(text, Number(account.Id), account.Label, account.Email, account.Source, null, null, null, null, null, Flag(account.Stale), null, null, null, error);
            }

            foreach (var window in account.Windows)
            {
                Line(
                    text, Number(account.Id), account.Label, account.Email, window.Source, window.Window, Number(window.Utilization), window.Level, Instant(window.ResetsAt),
                    Instant(window.ObservedAt), Flag(account.Stale), window.Projection.Outlook, Instant(window.Projection.Earliest), Instant(window.Projection.Latest), error);
            }
        }

        return TypedResults.Text(text.ToString(), "text/csv; charset=utf-8");
    }

    public static ContentHttpResult Readings(IEnumerable<ReadingReply> readings)
    {
        var text = new StringBuilder();
        Line(text, "account", "label", "email", "window", "used_percent", "resets_utc", "observed_utc", "source");
        foreach (var reading in readings)
        {
            Line(
                text, Number(reading.Account), reading.Label, reading.Email, reading.Window, Number(reading.Utilization), Instant(reading.ResetsAt),
                Instant(reading.ObservedAt), reading.Source);
        }

        return TypedResults.Text(text.ToString(), "text/csv; charset=utf-8");
    }

    private static void Line(StringBuilder text, params ReadOnlySpan<string?> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(Cell(cells[i] ?? ""));
        }

        text.Append("\r\n");
    }

    private static string Cell(string value)
    {
        var safe = value is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + value : value;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static string? Instant(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Flag(bool flag) => flag ? "true" : "false";
}
