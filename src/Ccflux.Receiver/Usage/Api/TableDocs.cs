using System.Text.Json.Nodes;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Usage.Read;
using Microsoft.OpenApi;

namespace Ccflux.Receiver.Usage.Api;

/// <summary>An endpoint's entry in the OpenAPI document, made of its columns and its table's shape.</summary>
internal static class TableDocs
{
    public static void Describe<T>(this RouteHandlerBuilder endpoint, string name, string summary, TableShape table, ApiColumns<T> columns) => endpoint
        .WithName(name)
        .WithSummary(summary)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            foreach (var parameter in Parameters(table))
            {
                operation.Parameters.Add(parameter);
            }

            operation.Responses ??= [];
            operation.Responses["200"] = new OpenApiResponse
            {
                Description = "The table, as JSON or CSV.",
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/json"] = new() { Schema = Answer(columns) },
                    ["text/csv"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
                },
            };
            return Task.CompletedTask;
        });

    private static IEnumerable<OpenApiParameter> Parameters(TableShape table)
    {
        yield return Query("format", "json or csv; otherwise the Accept header decides.", JsonSchemaType.String, ["json", "csv"]);
        yield return Query("period", "The period, today (UTC) included. custom takes from and to.", JsonSchemaType.String, [.. UsageFilter.Periods.Select(period => period.Name), UsageFilter.Custom]);
        yield return Query("from", "First day of a custom period, such as 2026-11-01.", JsonSchemaType.String);
        yield return Query("to", "Last day of a custom period.", JsonSchemaType.String);
        yield return Query("user", "An e-mail address.", JsonSchemaType.String);
        yield return Query("division", $"A division, or {UsageFilter.NoDivision}.", JsonSchemaType.String);
        yield return Query("model", "A model's exact name.", JsonSchemaType.String);
        if (table.Columns.Count == 0)
        {
            yield break;
        }

        yield return Query("sort", "A column; with a leading minus the largest first.", JsonSchemaType.String, [.. table.Columns.SelectMany(column => new[] { column, "-" + column })]);
        yield return Query("q", "Text to look for.", JsonSchemaType.String);
        yield return Query("page", "From 1.", JsonSchemaType.Integer);
        yield return Query("size", $"Rows a page, at most {TableState.MaxSize}. CSV without it is the whole table.", JsonSchemaType.Integer);
        if (table.Views.Count > 0)
        {
            yield return Query("view", "A part of the table.", JsonSchemaType.String, table.Views);
        }
    }

    private static OpenApiParameter Query(string name, string description, JsonSchemaType type, IReadOnlyList<string>? values = null) => new()
    {
        Name = name,
        In = ParameterLocation.Query,
        Description = description,
        Schema = new OpenApiSchema { Type = type, Enum = values?.Select(value => (JsonNode)value).ToList() },
    };

    private static OpenApiSchema Answer<T>(ApiColumns<T> columns) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["from"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date" },
            ["to"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date" },
            ["total"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["page"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["pages"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["rows"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = columns.List.ToDictionary(column => column.Name, IOpenApiSchema (column) => Schema(column.Type), StringComparer.Ordinal),
                },
            },
        },
    };

    private static OpenApiSchema Schema(ApiType type) => type switch
    {
        ApiType.Text => new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null },
        ApiType.Integer => new OpenApiSchema { Type = JsonSchemaType.Integer | JsonSchemaType.Null, Format = "int64" },
        ApiType.Number => new OpenApiSchema { Type = JsonSchemaType.Number | JsonSchemaType.Null },
        ApiType.Instant => new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Format = "date-time" },
        ApiType.Day => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date" },
        ApiType.Flag => new OpenApiSchema { Type = JsonSchemaType.Boolean },
    };
}
