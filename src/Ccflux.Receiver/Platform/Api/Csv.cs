using System.Text;

namespace Ccflux.Receiver.Platform.Api;

/// <summary>CSV as RFC 4180 has it. Text that a spreadsheet would take for a formula gets an apostrophe in front, inside quotes.</summary>
internal static class Csv
{
    public const string ContentType = "text/csv; charset=utf-8; header=present";

    public static string Write<T>(IReadOnlyList<ApiColumn<T>> columns, IEnumerable<T> rows) => Write(
        columns.Select(column => column.Name),
        rows.Select(row => columns.Select(column => column.Value(row))));

    public static string Write(IEnumerable<string> heads, IEnumerable<IEnumerable<object?>> rows)
    {
        var text = new StringBuilder().AppendJoin(',', heads).Append("\r\n");
        foreach (var row in rows)
        {
            text.AppendJoin(',', row.Select(Cell)).Append("\r\n");
        }

        return text.ToString();
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        string cell => Text(cell),
        _ => ApiValue.Format(value),
    };

    private static string Text(string cell)
    {
        // Spreadsheets skip leading blanks before they look for a formula.
        var first = cell.AsSpan().TrimStart(' ');
        var formula = first.Length > 0 && first[0] is ('=' or '+' or '-' or '@' or '\t' or '\r' or '\n');
        return formula || cell.AsSpan().IndexOfAny(",\"\r\n") >= 0
            ? $"\"{(formula ? "'" : "")}{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : cell;
    }
}
