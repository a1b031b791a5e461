using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TechTemp.Api.OpenApi;

/// <summary>What the OpenAPI document says beside the routes themselves.</summary>
internal static class OpenApiDescription
{
    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        // Every route that answers GET answers HEAD; the description says so once.
        options.ShouldInclude = route => route.HttpMethod != HttpMethods.Head;
        options.CreateSchemaReferenceId = OpenApiSchemas.NameOf;
        options.AddSchemaTransformer(OpenApiSchemas.DescribeAsync);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "TechTemp API";
            document.Info.Version = "v1";
            document.Info.Description =
                "Readings of a home's sensors: temperature, humidity and other quantities (`/api/v1/quantities`). Times in answers are UTC with milliseconds; "
                + "times in queries are ISO 8601 with any offset, or a date. Every GET has its HEAD but the stream of events. Errors are RFC 9457 problem details with the text repeated in `error`.";
            document.Info.License = new() { Name = "MIT", Identifier = "MIT" };
            // Of the address that the document was asked at, the path: a client completes it with the document's own address.
            var path = document.Servers is [{ Url: { } url }, ..] && Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.AbsolutePath.TrimEnd('/') : "";
            document.Servers = [new() { Url = path.Length == 0 ? "/" : path }];
            // Said explicitly: no route asks for credentials.
            document.Security = [new()];
            document.Components ??= new();
            document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
            foreach (var schema in document.Components.Schemas.Values.OfType<OpenApiSchema>())
            {
                RequireData(schema);
            }

            DescribeProblems(document.Components.Schemas);
            DescribeUnchanged(document.Paths);
            OpenApiHealth.AddTo(document);
            return Task.CompletedTask;
        });
    }

    // An answer has what it is about: only .NET's generic type could be null.
    private static void RequireData(OpenApiSchema schema)
    {
        if (schema.Properties?.TryGetValue("data", out var data) != true || data is not OpenApiSchema described)
        {
            return;
        }

        if (described.OneOf?.FirstOrDefault(choice => choice.Type != JsonSchemaType.Null) is { } content && described.OneOf.Count == 2)
        {
            schema.Properties["data"] = content;
        }
        else
        {
            described.Type &= ~JsonSchemaType.Null;
        }
    }

    private static void DescribeProblems(IDictionary<string, IOpenApiSchema> schemas)
    {
        if (!schemas.TryGetValue("Problem", out var described) || described is not OpenApiSchema problem)
        {
            return;
        }

        OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
        problem.Description = "What went wrong (RFC 9457).";
        problem.Required = new HashSet<string>(["title", "status", "detail", "error"]);
        problem.Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("A page about the status."),
            ["title"] = Text("The status in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "The status code." },
            ["detail"] = Text("What is wrong with this request, for people."),
            ["instance"] = Text("What the problem is about."),
            ["error"] = Text("The same as `detail`."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "What is wrong, by field, where fields are wrong.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        };
    }

    // Whatever is read has a tag, as Http/EntityTags gives it; a stream has none.
    private static void DescribeUnchanged(OpenApiPaths paths)
    {
        foreach (var operation in paths.Values.SelectMany(path => path.Operations ?? []).Where(o => o.Key == HttpMethod.Get).Select(o => o.Value))
        {
            if (operation.Responses?.TryGetValue("200", out var found) == true && found is OpenApiResponse answer && answer.Content?.ContainsKey("text/event-stream") != true)
            {
                answer.Headers ??= new Dictionary<string, IOpenApiHeader>();
                answer.Headers["ETag"] = new OpenApiHeader { Description = "For `If-None-Match` of a later request.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
                operation.Responses["304"] = new OpenApiResponse { Description = "Unchanged since the answer whose `ETag` was sent as `If-None-Match`." };
            }
        }
    }
}

/// <summary>Describes the routes of health, which belong to the server rather than to the API.</summary>
internal static class OpenApiHealth
{
    private const string Tag = "System";

    public static void AddTo(OpenApiDocument document)
    {
        document.Components!.Schemas!["Health"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "Whether the server can do its work.",
            Required = new HashSet<string>(["status"]),
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create("ok"), JsonValue.Create("degraded"), JsonValue.Create("failed")] },
                ["failed"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String }, Description = "What did not pass; absent when all is well." },
            },
        };
        document.Paths["/health"] = Path(document, "GetHealth", "Whether the server can do its work: `degraded` answers from the store without live readings", """{"status":"degraded","failed":["broker"]}""");
        document.Paths["/alive"] = Path(document, "GetAlive", "Whether the process runs", """{"status":"ok"}""");
    }

    private static OpenApiPathItem Path(OpenApiDocument document, string name, string summary, string example)
    {
        OpenApiResponse Answer(string description, string json) => new()
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/json"] = new() { Schema = new OpenApiSchemaReference("Health", document), Example = JsonNode.Parse(json) },
            },
        };
        var operation = new OpenApiOperation
        {
            OperationId = name,
            Summary = summary,
            Tags = new HashSet<OpenApiTagReference> { new(Tag, document) },
            Responses = new() { ["200"] = Answer("OK", example), ["503"] = Answer("Service Unavailable", """{"status":"failed","failed":["store"]}""") },
        };
        return new() { Operations = new() { [HttpMethod.Get] = operation } };
    }
}
