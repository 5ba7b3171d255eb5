using System.Buffers;

namespace Ccflux.Receiver.Platform.Api;

/// <summary>Writes CSV according to RFC 4180. Text that a spreadsheet would treat as a formula, or as several cells with a formula among them, is quoted
/// and gets a leading apostrophe.</summary>
internal static class Csv
{
    public const string ContentType = "text/csv; charset=utf-8; header=present";

    // Some spreadsheets treat the full-width forms like the plain ones.
    private static readonly SearchValues<char> s_signs = SearchValues.Create("=+-@\uFF1D\uFF0B\uFF0D\uFF20");
    private static readonly SearchValues<char> s_quoted = SearchValues.Create(",;\t\"\r\n");
    private static readonly SearchValues<char> s_separators = SearchValues.Create(",;\t|\r\n\"");

    public static string Write<T>(IReadOnlyList<ApiColumn<T>> columns, IEnumerable<T> rows) => Write(
        columns.Select(column => column.Name),
        rows.Select(row => columns.Select(column => column.Value(row))));

    public static string Write(IEnumerable<string> heads, IEnumerable<IEnumerable<object?>> rows) => string.Concat(rows.Select(Line).Prepend(Line(heads)));

    /// <summary>A row, including its line end.</summary>
    public static string Line(IEnumerable<object?> cells) => string.Join(',', cells.Select(Cell)) + "\r\n";

    private static string Cell(object? value) => value switch
    {
        null => "",
        string cell => Text(cell),
        _ => ApiValue.Format(value),
    };

    /// <summary>A text as a cell. It is unchanged if no reader can mistake it for several cells or for a formula.</summary>
    public static string Text(string cell)
    {
        var formula = IsFormula(cell);
        return formula || cell.AsSpan().IndexOfAny(s_quoted) >= 0
            ? $"\"{(formula ? "'" : "")}{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : cell;
    }

    /// <summary>Also true if a formula follows a separator: a program that does not split at commas finds a cell there.</summary>
    private static bool IsFormula(ReadOnlySpan<char> cell)
    {
        if (cell.TrimStart(' ') is [var first, ..] && (s_signs.Contains(first) || first is '\t' or '\r' or '\n'))
        {
            return true;
        }

        while (cell.IndexOfAny(s_separators) is >= 0 and var separator)
        {
            // Spreadsheets skip blanks before they look for a formula.
            cell = cell[(separator + 1)..].TrimStart();
            if (cell is [var next, ..] && s_signs.Contains(next))
            {
                return true;
            }
        }

        return false;
    }
}
