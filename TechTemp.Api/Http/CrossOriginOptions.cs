using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace TechTemp.Api.Http;

/// <summary>Which web pages of other origins may read the API. None may write: the rules of requests refuse that in every host.</summary>
internal sealed class CrossOriginOptions : IValidatableObject
{
    public const string Section = "Cors";

    [Description("Origins whose pages may read the API, such as `https://home.example.org`, separated by spaces or commas; `*` for all. None may write.")]
    public string? Origins { get; set; }

    [Description("Has no effect any more: pages of other origins may not write. `true` is accepted with a warning.")]
    public bool Writes { get; set; }

    private string[] Split => Origins?.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries) ?? [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var origin in Split.Where(o => o != "*" && !IsOrigin(o)))
        {
            yield return new($"Cors:Origins must be origins like https://home.example.org, or *; '{origin}' is not one.", [nameof(Origins)]);
        }
    }

    public void Apply(CorsPolicyBuilder policy)
    {
        policy.AllowAnyHeader().WithExposedHeaders("ETag").WithMethods(HttpMethods.Get, HttpMethods.Head);
        _ = Split.Contains("*") ? policy.AllowAnyOrigin() : policy.WithOrigins(Split);
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority).Equals(text.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);
}
