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
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "TechTemp API";
            document.Info.Version = "v1";
            document.Info.Description =
                "Temperature and humidity readings of a home's sensors. Times in answers are UTC with milliseconds; "
                + "times in queries are ISO 8601 with any offset, or a date. Every GET has its HEAD but the stream of events. Errors are RFC 9457 problem details with the text repeated in `error`.";
            // The address that the document was asked at is nobody else's.
            document.Servers = [];
            return Task.CompletedTask;
        });
    }
}
