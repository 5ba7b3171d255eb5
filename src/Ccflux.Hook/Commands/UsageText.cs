using System.Globalization;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Commands;

/// <summary>Writes local totals as a plain table.</summary>
internal static class UsageText
{
    private static readonly string[] Headings = ["", "input", "output", "cache read", "cache write", "messages", "USD"];

    public static void Write(UsageTable table, PriceListAge prices, TextWriter output)
    {
        List<string[]> lines = [[Name(table.View), .. Headings.AsSpan(1)]];
        lines.AddRange(table.Rows.Select(row => Line(row.Key, row.Sum)));
        lines.Add(Line("total", table.Totals));
        var widths = Enumerable.Range(0, Headings.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            var cells = line.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }

        if (table.Totals.Partial)
        {
            output.WriteLine("* some answers never got their final figures in the transcript; output is a lower bound");
        }

        if (table.View is { Since: not null } or { Until: not null })
        {
            output.WriteLine($"days of {table.View.Zone.Id}: {Day(table.View.Since) ?? "the first"} to {Day(table.View.Until) ?? "the last"}");
        }

        output.WriteLine($"list prices of {Day(prices.Updated)} ({Age(prices.Days)})");
        if (table.UnpricedModels.Count > 0)
        {
            output.WriteLine($"not priced: {string.Join(", ", table.UnpricedModels)}");
        }

        if (table.DesktopSessions > 0)
        {
            var (sessions, them) = table.DesktopSessions == 1 ? ("session of Claude Desktop's agent mode is", "it") : ("sessions of Claude Desktop's agent mode are", "them");
            output.WriteLine($"{Count(table.DesktopSessions)} {sessions} included ({Count(table.DesktopOutputTokens)} output tokens); no hook reports {them}");
        }

        if (table.Faults.PassedOver > 0)
        {
            output.WriteLine($"lines skipped: {string.Join(", ", UsageFaults.PassedOver(table.Faults).Select(fault => $"{Count(fault.Lines)} {fault.Words}"))}");
        }

        if (table.Faults[LineFault.Figure] is var figures and > 0)
        {
            output.WriteLine($"answers with a figure that is not a whole number within bounds, counted as 0: {Count(figures)}");
        }
    }

    private static string Name(UsageView view) => view.By switch
    {
        UsageBy.Day => $"day ({view.Zone.Id})",
        UsageBy.Week => $"week of ({view.Zone.Id})",
        UsageBy.Month => $"month ({view.Zone.Id})",
        UsageBy.Block => $"5 hours from ({view.Zone.Id})",
        UsageBy.Session => "session",
        UsageBy.Model => "model",
    };

    private static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Age(int days) => days switch
    {
        0 => "today's",
        1 => "1 day old",
        _ => $"{Count(days)} days old",
    };

    private static string[] Line(string key, UsageSum sum) =>
    [
        key, Count(sum.InputTokens), Count(sum.OutputTokens) + (sum.Partial ? "*" : string.Empty), Count(sum.CacheReadTokens),
        Count(sum.CacheWriteTokens), Count(sum.Messages), Usd(sum.CostUsd),
    ];

    /// <summary>Rounded to cents; a positive amount is never shown as zero.</summary>
    private static string Usd(decimal usd) => usd is > 0 and < 0.005m ? "<0.01" : usd.ToString("N2", CultureInfo.InvariantCulture);

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
