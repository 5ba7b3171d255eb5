using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;

namespace Ccflux.Receiver.Platform.Docs;

/// <summary>Describes the input of operations in the OpenAPI document, so that each can be tried there. Does not affect how requests are routed or read.</summary>
internal static class OperationDocs
{
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder endpoint, params IReadOnlyList<QueryParameter> parameters) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            foreach (var parameter in parameters)
            {
                operation.Parameters.Add(parameter.ToOpenApi());
            }

            return Task.CompletedTask;
        });

    /// <param name="endpoint">The operation.</param>
    /// <param name="type">How the body is read; the schema is built from it.</param>
    /// <param name="example">A body that is accepted unchanged, except for keys and ids.</param>
    public static RouteHandlerBuilder TakesJson<T>(this RouteHandlerBuilder endpoint, JsonTypeInfo<T> type, T example) => endpoint.TakesBody(
        ("application/json", new OpenApiMediaType { Schema = JsonSchemas.Of(type), Example = JsonSerializer.SerializeToNode(example, type) }));

    /// <summary>Describes a body in one of several forms.</summary>
    public static RouteHandlerBuilder TakesBody(this RouteHandlerBuilder endpoint, params (string ContentType, OpenApiMediaType Body)[] bodies) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = bodies.ToDictionary(body => body.ContentType, body => body.Body, StringComparer.Ordinal),
            };
            return Task.CompletedTask;
        });
}
