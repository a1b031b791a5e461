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
    public static RouteHandlerBuilder WithRequestExample(this RouteHandlerBuilder endpoint, string json, string contentType = "application/json") =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            if (operation.RequestBody?.Content?[contentType] is OpenApiMediaType content)
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

    /// <summary>Describes a query parameter that has one of some values; the handler takes it as text, as it does a number.</summary>
    public static RouteHandlerBuilder WithChoiceParameter(this RouteHandlerBuilder endpoint, string name, params IReadOnlyList<string> values) =>
        endpoint.WithParameter(name, new() { Type = JsonSchemaType.String, Enum = [.. values.Select(value => (JsonNode)JsonValue.Create(value))] });

    /// <summary>Describes query parameters that must be there; the handler takes them as absent, too, so that this is answered in the words of the rule.</summary>
    public static RouteHandlerBuilder WithRequiredParameters(this RouteHandlerBuilder endpoint, params IReadOnlyList<string> names) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>().Where(p => names.Contains(p.Name)) ?? [])
            {
                parameter.Required = true;
            }

            return Task.CompletedTask;
        });

    /// <summary>Describes a body that is one object or an array of them, or the same as text of other types.</summary>
    /// <param name="endpoint">The endpoint, which accepts the object in each of the types.</param>
    /// <param name="list">The name of the array's type: some generators make an empty class of an array without one.</param>
    /// <param name="texts">The other types, each with what is in it and its beginning.</param>
    public static RouteHandlerBuilder WithManyOrOne(this RouteHandlerBuilder endpoint, string list, params IReadOnlyList<(string ContentType, string Description, string Example)> texts) =>
        endpoint.AddOpenApiOperationTransformer((operation, context, _) =>
        {
            var content = operation.RequestBody!.Content!;
            var json = content["application/json"];
            var one = json.Schema!;
            context.Document!.AddComponent(list, new OpenApiSchema { Type = JsonSchemaType.Array, Items = one });
            json.Schema = new OpenApiSchema { OneOf = [one, new OpenApiSchemaReference(list, context.Document)] };
            foreach (var (contentType, description, example) in texts)
            {
                content[contentType] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = description },
                    Example = JsonValue.Create(example),
                };
            }

            return Task.CompletedTask;
        });

    private static RouteHandlerBuilder WithParameter(this RouteHandlerBuilder endpoint, string name, OpenApiSchema schema) =>
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var parameter = operation.Parameters?.OfType<OpenApiParameter>().Single(p => p.Name == name);
            parameter!.Schema = schema;
            return Task.CompletedTask;
        });
}
