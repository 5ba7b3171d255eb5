using System.Buffers;

namespace Ccflux.Receiver.Platform.Api;

/// <summary>Names of downloaded files: content, period, filter, as in <c>ccflux-usage-users_30d_2026-11-29_data.csv</c>.</summary>
internal static class FileNames
{
    private const int MaxPart = 60;

    private static readonly SearchValues<char> s_kept = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@-");

    /// <param name="what">What it holds, after <c>ccflux-</c>.</param>
    /// <param name="ending">Without its dot.</param>
    /// <param name="parts">Period, day, person and the like; what no file system is sure to take becomes a dash. Empty ones are left out.</param>
    public static string Of(string what, string ending, params IEnumerable<string?> parts) =>
        string.Join('_', parts.Where(part => !string.IsNullOrEmpty(part)).Select(part => Plain(part!)).Prepend("ccflux-" + what)) + "." + ending;

    /// <summary>A day as names hold it.</summary>
    public static string Day(DateOnly day) => ApiValue.Format(day);

    /// <summary>The parts that tell a file's days.</summary>
    /// <param name="period">What the period is called; null where it has no name.</param>
    /// <param name="from">Its first day, which a name makes needless.</param>
    /// <param name="to">Its last day.</param>
    public static IEnumerable<string?> Span(string? period, DateOnly from, DateOnly to) => [period ?? Day(from), Day(to)];

    private static string Plain(string part) => string.Create(Math.Min(part.Length, MaxPart), part, static (plain, text) =>
    {
        for (var index = 0; index < plain.Length; index++)
        {
            plain[index] = s_kept.Contains(text[index]) ? text[index] : '-';
        }
    });
}
