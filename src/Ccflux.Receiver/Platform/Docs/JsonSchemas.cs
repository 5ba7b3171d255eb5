using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Ccflux.Contracts.Usage;
using Microsoft.OpenApi;

namespace Ccflux.Receiver.Platform.Docs;

/// <summary>Builds the schema of a body from the type information that it is read with, so that names, required fields and types always match.</summary>
internal static class JsonSchemas
{
    private static readonly JsonSchemaExporterOptions s_options = new() { TransformSchemaNode = Describe };

    public static OpenApiSchema Of(JsonTypeInfo type) => Of(type.GetJsonSchemaAsNode(s_options));

    /// <summary>The schemas of what the converters of the wire write, about which type information says nothing.</summary>
    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema) =>
        context.PropertyInfo?.CustomConverter is LedgerKeyConverter
            ? new JsonObject { ["type"] = "string", ["description"] = "64 bits as 16 hexadecimal digits" }
            : context.TypeInfo.Type == typeof(IReadOnlyList<ReportedRequest>)
                ? new JsonObject
                {
                    ["type"] = "array",
                    ["items"] = new JsonObject { ["type"] = "array", ["description"] = ReportedRequestConverter.Names, ["items"] = new JsonObject() },
                }
                : schema;

    private static OpenApiSchema Of(JsonNode? node)
    {
        // `true` is a valid schema, too: it allows anything.
        if (node is not JsonObject schema)
        {
            return new OpenApiSchema();
        }

        return new OpenApiSchema
        {
            Type = TypeOf(schema["type"]),
            Format = (string?)schema["format"],
            Description = (string?)schema["description"],
            Properties = (schema["properties"] as JsonObject)?.ToDictionary(pair => pair.Key, IOpenApiSchema (pair) => Of(pair.Value), StringComparer.Ordinal),
            Required = (schema["required"] as JsonArray)?.Select(name => (string)name!).ToHashSet(StringComparer.Ordinal),
            Items = schema["items"] is { } items ? Of(items) : null,
            AdditionalProperties = schema["additionalProperties"] is { } values ? Of(values) : null,
        };
    }

    private static JsonSchemaType? TypeOf(JsonNode? type) => type switch
    {
        null => null,
        JsonArray several => several.Select(one => TypeOf((string)one!)).Aggregate((JsonSchemaType)0, (all, one) => all | one),
        _ => TypeOf((string)type!),
    };

    private static JsonSchemaType TypeOf(string name) => name switch
    {
        "object" => JsonSchemaType.Object,
        "array" => JsonSchemaType.Array,
        "string" => JsonSchemaType.String,
        "integer" => JsonSchemaType.Integer,
        "number" => JsonSchemaType.Number,
        "boolean" => JsonSchemaType.Boolean,
        _ => JsonSchemaType.Null,
    };
}
