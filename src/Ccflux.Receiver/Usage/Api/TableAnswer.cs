using System.Text;
using System.Text.Json;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Usage.Read;

namespace Ccflux.Receiver.Usage.Api;

/// <summary>One table as an answer: <c>{"from","to","total","page","pages","rows":[…]}</c>, or CSV.</summary>
/// <param name="name">The CSV file's name is made of it.</param>
internal sealed class TableAnswer<T>(string name, ApiColumns<T> columns, Paged<T> page, UsageFilter? filter, bool isCsv) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.CacheControl = "no-store";
        if (isCsv)
        {
            response.ContentType = Csv.ContentType;
            response.Headers.ContentDisposition = $"attachment; filename=\"ccflux-{name}.csv\"";
            await response.WriteAsync(Csv.Write(columns.List, page.Rows), Encoding.UTF8, httpContext.RequestAborted);
            return;
        }

        response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        if (filter is not null)
        {
            json.WriteString("from", ApiValue.Format(filter.From));
            json.WriteString("to", ApiValue.Format(filter.To));
        }

        json.WriteNumber("total", page.Total);
        json.WriteNumber("page", page.State.Page);
        json.WriteNumber("pages", page.Pages);
        json.WriteStartArray("rows");
        foreach (var row in page.Rows)
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
