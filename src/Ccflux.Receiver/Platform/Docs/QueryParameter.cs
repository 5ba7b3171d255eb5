using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Ccflux.Receiver.Platform.Docs;

/// <summary>A field of the query string that an operation reads, as the OpenAPI document names it.</summary>
/// <param name="Name">Of the field.</param>
/// <param name="Description">What it does, and what it is where it is left out.</param>
/// <param name="Type">What it must be.</param>
/// <param name="Values">All that it may be; null where there is no such list.</param>
internal sealed record QueryParameter(string Name, string Description, JsonSchemaType Type = JsonSchemaType.String, IReadOnlyList<string>? Values = null)
{
    /// <summary>JSON or CSV, of every table.</summary>
    public static QueryParameter Format { get; } = new("format", "json or csv; otherwise the Accept header decides.", Values: ["json", "csv"]);

    public OpenApiParameter ToOpenApi() => new()
    {
        Name = Name,
        In = ParameterLocation.Query,
        Description = Description,
        Schema = new OpenApiSchema { Type = Type, Enum = Values?.Select(value => (JsonNode)value).ToList() },
    };
}
