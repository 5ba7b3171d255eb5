using System.Globalization;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Commands;

/// <summary>Writes local totals as a plain table.</summary>
internal static class UsageText
{
    private static readonly string[] Headings = ["", "input", "output", "cache read", "cache write", "messages", "USD"];

    public static void Write(UsageTable table, UsageBy by, TextWriter output)
    {
        List<string[]> lines = [[Name(by), .. Headings.AsSpan(1)]];
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

        if (table.UnpricedModels.Count > 0)
        {
            output.WriteLine($"not priced: {string.Join(", ", table.UnpricedModels)}");
        }

        if (table.DesktopSessions > 0)
        {
            var (sessions, them) = table.DesktopSessions == 1 ? ("session of Claude Desktop's agent mode is", "it") : ("sessions of Claude Desktop's agent mode are", "them");
            output.WriteLine($"{Count(table.DesktopSessions)} {sessions} counted ({Count(table.DesktopOutputTokens)} output); no hook reports {them}");
        }

        if (table.Faults.PassedOver > 0)
        {
            output.WriteLine($"lines passed over: {string.Join(", ", UsageFaults.PassedOver(table.Faults).Select(fault => $"{Count(fault.Lines)} {fault.Words}"))}");
        }

        if (table.Faults[LineFault.Figure] is var figures and > 0)
        {
            output.WriteLine($"answers with a figure that is no whole number within bounds, counted as 0: {Count(figures)}");
        }
    }

    private static string Name(UsageBy by) => by switch
    {
        UsageBy.Day => "day (UTC)",
        UsageBy.Session => "session",
        UsageBy.Model => "model",
    };

    private static string[] Line(string key, UsageSum sum) =>
    [
        key, Count(sum.InputTokens), Count(sum.OutputTokens) + (sum.Partial ? "*" : string.Empty), Count(sum.CacheReadTokens),
        Count(sum.CacheWriteTokens), Count(sum.Messages), sum.CostUsd.ToString("N2", CultureInfo.InvariantCulture),
    ];

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
