using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Docs;
using Ccflux.Receiver.Usage.Read.Views;
using Microsoft.OpenApi;

namespace Ccflux.Receiver.Usage.Api;

/// <summary>Builds an endpoint's entry in the OpenAPI document from its columns and its table's shape.</summary>
internal static class TableDocs
{
    public static void Describe<T>(this RouteHandlerBuilder endpoint, string name, string summary, TableShape table, ApiColumns<T> columns, TableFilters filters) => endpoint
        .WithName(name)
        .WithSummary(summary)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .TakesQuery([.. Parameters(table, filters)])
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
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

    private static IEnumerable<QueryParameter> Parameters(TableShape table, TableFilters filters)
    {
        yield return QueryParameter.Format;
        if (filters.HasFlag(TableFilters.Period))
        {
            yield return new("period", $"The period, including today (UTC); the default is {UsageFilter.DefaultPeriod}. custom needs from and to.", Values: [.. UsageFilter.Periods.Select(period => period.Name), UsageFilter.Custom]);
            yield return new("from", "First day of a custom period, such as 2026-11-01.");
            yield return new("to", "Last day of a custom period.");
        }

        if (filters.HasFlag(TableFilters.User))
        {
            yield return new("user", "An e-mail address.");
            yield return new("division", $"A division, or {UsageFilter.NoDivision}.");
        }

        if (filters.HasFlag(TableFilters.Model))
        {
            yield return new("model", "A model's exact name.");
        }

        if (table.Columns.Count == 0)
        {
            yield break;
        }

        yield return new("sort", "A column; a leading minus sorts the largest first.", Values: [.. table.Columns.SelectMany(column => new[] { column, "-" + column })]);
        yield return new("size", $"Rows per page, at most {TableState.MaxSize}. Without it, CSV contains the whole table.", JsonSchemaType.Integer);
        if (table == TableShape.Events || table == TableShape.Audit)
        {
            yield break;
        }

        yield return new("q", $"Text to search for, at most {TableState.MaxSearch} characters.");
        yield return new("page", "Page number, starting at 1.", JsonSchemaType.Integer);
        if (table.Views.Count > 0)
        {
            yield return new("view", "A part of the table.", Values: table.Views);
        }
    }

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

/// <summary>The filters that apply to a table, in addition to its own search and view.</summary>
[Flags]
internal enum TableFilters
{
    None = 0,
    Period = 1,

    /// <summary>A person or a division.</summary>
    User = 2,
    Model = 4,
    All = Period | User | Model,
}
