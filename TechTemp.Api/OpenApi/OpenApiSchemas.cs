using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TechTemp.Api.Http;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;

namespace TechTemp.Api.OpenApi;

/// <summary>The values that a text can have.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal class ChoiceAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>The text is a reason why a message is rejected.</summary>
internal sealed class RejectionReasonAttribute() : ChoiceAttribute([.. RejectionReasons.All]);

/// <summary>The type has a number for each quantity beside its own properties, under the quantity's key.</summary>
/// <param name="suffixes">What is added to the key: a property for each; none for the key alone.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class HasQuantitiesAttribute(params string[] suffixes) : Attribute
{
    public IReadOnlyList<string> Suffixes { get; } = suffixes is [] ? [""] : suffixes;
}

/// <summary>The property is left out where there is no value, or may be absent, but is never null.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NeverNullAttribute : Attribute;

/// <summary>The time may also be a number of unix milliseconds.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TimeOrMillisecondsAttribute : Attribute;

/// <summary>Names and describes the types of bodies as JSON has them: generated clients are made of these.</summary>
internal static class OpenApiSchemas
{
    /// <summary>The name of a type: <c>DeviceListAnswer</c> for an <see cref="Envelope{T}"/> of a list of <c>DeviceDto</c>. Null for a type that is described in place.</summary>
    public static string? NameOf(JsonTypeInfo type) => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is null ? null : NameOf(type.Type);

    /// <summary>Describes a type or property where .NET says something else than the API means.</summary>
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var property = context.JsonPropertyInfo;
        var type = property?.PropertyType ?? context.JsonTypeInfo.Type;
        var underlying = Nullable.GetUnderlyingType(type);
        if ((underlying ?? type) == typeof(DateTimeOffset))
        {
            // Its converter is ours, of which .NET does not know what it writes.
            schema.Type = underlying is null ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = "date-time";
        }

        if (property is not null)
        {
            Describe(schema, property);
        }
        else if (type.GetCustomAttribute<HasQuantitiesAttribute>() is { } quantities)
        {
            AddQuantities(schema, quantities);
        }

        return Task.CompletedTask;
    }

    // Absent or null where they are not measured, or nothing is said of them.
    private static void AddQuantities(OpenApiSchema schema, HasQuantitiesAttribute quantities)
    {
        schema.AdditionalPropertiesAllowed = true;
        schema.AdditionalProperties = null;
        schema.Properties ??= new Dictionary<string, IOpenApiSchema>();
        foreach (var quantity in QuantityRegistry.All)
        {
            foreach (var suffix in quantities.Suffixes)
            {
                schema.Properties.TryAdd(quantity.Key + suffix, new OpenApiSchema
                {
                    Type = JsonSchemaType.Number | JsonSchemaType.Null,
                    Format = "double",
                    Description = $"{Meaning(suffix)}{quantity.Names.English}{(quantity.Unit.Length > 0 ? $", {quantity.Unit}" : "")}.",
                });
            }
        }
    }

    private static string Meaning(string suffix) => suffix switch
    {
        "_min" => "Of a bucket, the least: ",
        "_max" => "Of a bucket, the greatest: ",
        "_offset" => "What is added: ",
        _ => "",
    };

    private static void Describe(OpenApiSchema schema, JsonPropertyInfo property)
    {
        var attributes = property.AttributeProvider;
        // What is required is declared nullable only so that its absence is answered in the words of the rule.
        if (Has<RequiredAttribute>(attributes) || Has<NeverNullAttribute>(attributes))
        {
            schema.Type &= ~JsonSchemaType.Null;
        }

        if (attributes?.GetCustomAttributes(typeof(ChoiceAttribute), inherit: true) is [ChoiceAttribute choice, ..])
        {
            schema.Enum = [.. choice.Values.Select(value => (JsonNode)JsonValue.Create(value))];
            if (schema.Type?.HasFlag(JsonSchemaType.Null) == true)
            {
                schema.Enum.Add(JsonNullSentinel.JsonNull);
            }
        }

        if (Has<TimeOrMillisecondsAttribute>(attributes))
        {
            schema.Type = null;
            schema.Format = null;
            schema.OneOf =
            [
                new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
                new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Description = "Unix milliseconds." },
            ];
        }
    }

    private static bool Has<T>(ICustomAttributeProvider? attributes)
        where T : Attribute => attributes?.IsDefined(typeof(T), inherit: true) == true;

    private static string NameOf(Type type)
    {
        if (type == typeof(ProblemDetails))
        {
            return "Problem";
        }

        if (!type.IsGenericType)
        {
            return type.Name.EndsWith("Dto", StringComparison.Ordinal) ? type.Name[..^3] : type.Name;
        }

        var content = type.GetGenericArguments()[0];
        var name = content.IsGenericType ? NameOf(content.GetGenericArguments()[0]) + "List" : NameOf(content);
        var kind = type.GetGenericTypeDefinition();
        return kind == typeof(Confirmation<>) ? name + "Confirmation" : kind == typeof(Page<>) ? name + "Page" : name + "Answer";
    }
}
