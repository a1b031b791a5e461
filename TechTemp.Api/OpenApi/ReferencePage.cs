using System.Security.Cryptography;
using Scalar.AspNetCore;
using TechTemp.Api.Http;

namespace TechTemp.Api.OpenApi;

/// <summary>The page <c>/scalar</c>: the OpenAPI document to read and to try.</summary>
internal static class ReferencePage
{
    public static void MapReference(this IEndpointRouteBuilder routes) => routes
        .MapScalarApiReference((scalar, context) =>
        {
            scalar.WithTitle("TechTemp API").DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp();
            // Its script begins in the page itself; the policy lets in that one alone.
            scalar.Nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
            context.Response.Headers.ContentSecurityPolicy =
                $"default-src 'self'; script-src 'self' 'nonce-{scalar.Nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
        })
        .WithHead();
}
