using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace TechTemp.Api.OpenApi;

/// <summary>Adds to an endpoint's description what types cannot say.</summary>
internal static class OpenApiExamples
{
    /// <summary>An example of the answer with this status.</summary>
    public static RouteHandlerBuilder WithExample(this RouteHandlerBuilder endpoint, string json, int status = StatusCodes.Status200OK) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            if (operation.Responses?[$"{status}"].Content?["application/json"] is OpenApiMediaType content)
            {
                content.Example = JsonNode.Parse(json);
            }

            return Task.CompletedTask;
        });

    /// <summary>An example of an answer that is text of this type.</summary>
    public static RouteHandlerBuilder WithTextExample(this RouteHandlerBuilder endpoint, string contentType, string text) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            if (operation.Responses?[$"{StatusCodes.Status200OK}"].Content?[contentType] is OpenApiMediaType content)
            {
                content.Example = JsonValue.Create(text);
            }

            return Task.CompletedTask;
        });

    /// <summary>Another content type of the answer, beside that of its model.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="contentType">The content type.</param>
    /// <param name="format">As in OpenAPI's formats of a string; null for text.</param>
    /// <param name="description">What is in it.</param>
    /// <param name="example">Its beginning.</param>
    public static RouteHandlerBuilder WithAlternative(this RouteHandlerBuilder endpoint, string contentType, string? format, string description, string example) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Responses?[$"{StatusCodes.Status200OK}"].Content?.Add(contentType, new OpenApiMediaType
            {
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = format, Description = description },
                Example = JsonValue.Create(example),
            });
            return Task.CompletedTask;
        });

    /// <summary>An example of the request's body.</summary>
    public static RouteHandlerBuilder WithRequestExample(this RouteHandlerBuilder endpoint, string json) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            if (operation.RequestBody?.Content?["application/json"] is OpenApiMediaType content)
            {
                content.Example = JsonNode.Parse(json);
            }

            return Task.CompletedTask;
        });

    /// <summary>
    /// Describes a query parameter as a whole number. The handler takes it as text, so that a wrong one is answered in
    /// the words of the rule.
    /// </summary>
    public static RouteHandlerBuilder WithNumberParameter(this RouteHandlerBuilder endpoint, string name, int most) =>
        endpoint.WithParameter(name, new() { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1", Maximum = $"{most}" });

    /// <summary>Describes a query parameter as true or false; the handler takes it as text, as it does a number.</summary>
    public static RouteHandlerBuilder WithFlagParameter(this RouteHandlerBuilder endpoint, string name) =>
        endpoint.WithParameter(name, new() { Type = JsonSchemaType.Boolean });

    private static RouteHandlerBuilder WithParameter(this RouteHandlerBuilder endpoint, string name, OpenApiSchema schema) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var parameter = operation.Parameters?.OfType<OpenApiParameter>().Single(p => p.Name == name);
            parameter!.Schema = schema;
            return Task.CompletedTask;
        });
}
