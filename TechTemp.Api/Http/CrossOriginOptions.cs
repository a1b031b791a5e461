using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace TechTemp.Api.Http;

/// <summary>Which web pages of other origins may use the API.</summary>
internal sealed class CrossOriginOptions
{
    public const string Section = "Cors";

    [Required(ErrorMessage = "Cors:Origins must name an origin, or be *.")]
    [Description("Origins whose pages may use the API, separated by spaces or commas; `*` for all.")]
    public string Origins { get; set; } = "*";

    [Description("Whether those pages may also write.")]
    public bool Writes { get; set; }

    public void Apply(CorsPolicyBuilder policy)
    {
        policy.AllowAnyHeader().WithExposedHeaders("ETag");
        _ = Origins.Trim() == "*"
            ? policy.AllowAnyOrigin()
            : policy.WithOrigins(Origins.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        _ = Writes ? policy.AllowAnyMethod() : policy.WithMethods(HttpMethods.Get, HttpMethods.Head);
    }
}
