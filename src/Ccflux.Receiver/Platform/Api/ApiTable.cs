using System.Text.Json;

namespace Ccflux.Receiver.Platform.Api;

/// <summary>Answers with one table: a JSON object with the properties that <paramref name="head"/> writes and <c>rows</c>, or CSV with the same columns.</summary>
/// <param name="file">The CSV file's name, with its extension.</param>
/// <param name="rows">One value per column.</param>
/// <param name="isCsv">CSV instead of JSON.</param>
internal sealed class ApiTable(string file, IReadOnlyList<string> columns, IEnumerable<IEnumerable<object?>> rows, bool isCsv, Action<Utf8JsonWriter> head) : IResult
{
    public static ApiTable Of<T>(string file, ApiColumns<T> columns, IEnumerable<T> rows, bool isCsv, Action<Utf8JsonWriter> head) => new(
        file, [.. columns.List.Select(column => column.Name)], rows.Select(row => columns.List.Select(column => column.Value(row))), isCsv, head);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (isCsv)
        {
            await new CsvFile(file, columns, rows.ToAsyncEnumerable()).ExecuteAsync(httpContext);
            return;
        }

        var response = httpContext.Response;
        response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        head(json);
        json.WriteStartArray("rows");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            foreach (var (column, value) in columns.Zip(row))
            {
                json.WritePropertyName(column);
                ApiValue.Write(json, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(httpContext.RequestAborted);
    }
}
