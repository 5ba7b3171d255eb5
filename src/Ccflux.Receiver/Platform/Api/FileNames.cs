using System.Buffers;

namespace Ccflux.Receiver.Platform.Api;

/// <summary>Builds the names of downloaded files from content, period and filter, as in <c>ccflux-usage-users_30d_2026-11-29_data.csv</c>.</summary>
internal static class FileNames
{
    private const int MaxPart = 60;

    private static readonly SearchValues<char> s_kept = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@-");

    /// <param name="what">The content, which follows <c>ccflux-</c>.</param>
    /// <param name="ending">The extension, without its dot.</param>
    /// <param name="parts">Period, day, person and the like. Characters that some file system may not accept become dashes; empty parts are omitted.</param>
    public static string Of(string what, string ending, params IEnumerable<string?> parts) =>
        string.Join('_', parts.Where(part => !string.IsNullOrEmpty(part)).Select(part => Plain(part!)).Prepend("ccflux-" + what)) + "." + ending;

    /// <summary>The form of a day in file names.</summary>
    public static string Day(DateOnly day) => ApiValue.Format(day);

    /// <summary>The parts that state the period of a file.</summary>
    /// <param name="period">The name of the period; null if it has none.</param>
    /// <param name="from">Its first day, which is omitted if the period has a name.</param>
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
