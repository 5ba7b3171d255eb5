using System.Text;
using System.Text.Json;
using Ccflux.Receiver.Platform.Api;

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
            response.ContentType = Csv.ContentType;
            response.Headers.ContentDisposition = $"attachment; filename=\"ccflux-telemetry-{name}.csv\"";
            await response.WriteAsync(Csv.Write(columns.Select(column => column.Name), rows.Select(row => columns.Select(column => column.Value(row)))), Encoding.UTF8, httpContext.RequestAborted);
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
                ApiValue.Write(json, value(row));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(httpContext.RequestAborted);
    }
}
