using System.Text;
using System.Text.Json;

namespace Ccflux.Receiver.Telemetry.Api;

/// <summary>One table as an answer: <c>{"from","to","rows":[…]}</c>, or CSV with the same columns.</summary>
internal sealed class TelemetryTable<T>(string name, string from, string to, IReadOnlyList<(string Name, Func<T, object?> Value)> columns, IEnumerable<T> rows, bool isCsv) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.CacheControl = "no-store";
        if (isCsv)
        {
            response.ContentType = "text/csv; charset=utf-8; header=present";
            response.Headers.ContentDisposition = $"attachment; filename=\"ccflux-telemetry-{name}.csv\"";
            await response.WriteAsync(Csv(), Encoding.UTF8, httpContext.RequestAborted);
            return;
        }

        response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("from", from);
        json.WriteString("to", to);
        json.WriteStartArray("rows");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            foreach (var (column, value) in columns)
            {
                json.WritePropertyName(column);
                Write(json, value(row));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(httpContext.RequestAborted);
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case long or int or decimal or double:
                json.WriteRawValue(Format(value));
                break;
            default:
                json.WriteStringValue(Format(value));
                break;
        }
    }

    private static string Format(object value) => value switch
    {
        DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        decimal number => number.ToString("0.##########", CultureInfo.InvariantCulture),
        double number => number.ToString("0.######", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private string Csv()
    {
        var text = new StringBuilder();
        text.AppendJoin(',', columns.Select(column => column.Name)).Append("\r\n");
        foreach (var row in rows)
        {
            text.AppendJoin(',', columns.Select(column => Cell(column.Value(row)))).Append("\r\n");
        }

        return text.ToString();
    }

    /// <summary>RFC 4180; text that a spreadsheet would take for a formula gets an apostrophe in front, inside quotes.</summary>
    private static string Cell(object? value)
    {
        var cell = value is null ? "" : Format(value);
        var first = value is string ? cell.AsSpan().TrimStart(' ') : default;
        var isFormula = first.Length > 0 && first[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n';
        return isFormula || cell.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{(isFormula ? "'" : "")}{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
    }
}
