using System.Text;

namespace Ccflux.Receiver.Usage.Api;

/// <summary>CSV as RFC 4180 has it. Text that a spreadsheet would take for a formula gets an apostrophe in front, inside quotes.</summary>
internal static class CsvWriter
{
    public static string Write<T>(IReadOnlyList<ApiColumn<T>> columns, IEnumerable<T> rows)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', columns.Select(column => column.Name)).Append("\r\n");
        foreach (var row in rows)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                if (i > 0)
                {
                    text.Append(',');
                }

                Append(text, columns[i].Value(row));
            }

            text.Append("\r\n");
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case string cell:
                AppendText(text, cell);
                break;
            default:
                text.Append(ApiValue.Format(value));
                break;
        }
    }

    private static void AppendText(StringBuilder text, string cell)
    {
        // Spreadsheets skip leading blanks before they look for a formula.
        var first = cell.AsSpan().TrimStart(' ');
        var formula = first.Length > 0 && first[0] is ('=' or '+' or '-' or '@' or '\t' or '\r' or '\n');
        if (!formula && cell.AsSpan().IndexOfAny(",\"\r\n") < 0)
        {
            text.Append(cell);
            return;
        }

        text.Append('"').Append(formula ? "'" : "").Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }
}
