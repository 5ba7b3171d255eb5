using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Ccflux.Receiver.Platform.Docs;

/// <summary>A query parameter of an operation, for the OpenAPI document.</summary>
/// <param name="Name">The parameter's name.</param>
/// <param name="Description">What it does, and its default.</param>
/// <param name="Type">Its type.</param>
/// <param name="Values">All valid values; null if there is no such list.</param>
internal sealed record QueryParameter(string Name, string Description, JsonSchemaType Type = JsonSchemaType.String, IReadOnlyList<string>? Values = null)
{
    /// <summary>The format of every table: JSON or CSV.</summary>
    public static QueryParameter Format { get; } = new("format", "json or csv. Default: as the Accept header states.", Values: ["json", "csv"]);

    public OpenApiParameter ToOpenApi() => new()
    {
        Name = Name,
        In = ParameterLocation.Query,
        Description = Description,
        Schema = new OpenApiSchema { Type = Type, Enum = Values?.Select(value => (JsonNode)value).ToList() },
    };
}
