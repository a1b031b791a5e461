using Microsoft.AspNetCore.Http.Metadata;

namespace TechTemp.Api.Http;

/// <summary>Answers to HEAD.</summary>
internal static class HeadRequests
{
    /// <summary>
    /// Lets routes that answer GET answer HEAD as well, with the same headers; the server leaves the body out
    /// (RFC 9110, section 9.3.2). Not a stream of events: it has no end, and whoever asks for no body would wait for one.
    /// </summary>
    public static TBuilder WithHead<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder
    {
        routes.Finally(endpoint =>
        {
            var methods = endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods;
            var isEndless = endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Any(answer => answer.ContentTypes.Contains("text/event-stream"));
            if (methods is [var method] && HttpMethods.IsGet(method) && !isEndless)
            {
                endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
            }
        });
        return routes;
    }
}
