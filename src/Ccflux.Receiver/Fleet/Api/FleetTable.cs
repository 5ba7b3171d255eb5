using System.Text;
using System.Text.Json;
using Ccflux.Receiver.Platform.Api;

namespace Ccflux.Receiver.Fleet.Api;

/// <summary>One table as an answer: <c>{"at","rows":[…]}</c>, or CSV with the same columns.</summary>
internal sealed class FleetTable<T>(string name, DateTimeOffset at, ApiColumns<T> columns, IEnumerable<T> rows, bool isCsv) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.CacheControl = "no-store";
        if (isCsv)
        {
            response.ContentType = Csv.ContentType;
            response.Headers.ContentDisposition = $"attachment; filename=\"ccflux-fleet-{name}.csv\"";
            await response.WriteAsync(Csv.Write(columns.List, rows), Encoding.UTF8, httpContext.RequestAborted);
            return;
        }

        response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("at", ApiValue.Format(at));
        json.WriteStartArray("rows");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            foreach (var column in columns.List)
            {
                json.WritePropertyName(column.Name);
                ApiValue.Write(json, column.Value(row));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(httpContext.RequestAborted);
    }
}
