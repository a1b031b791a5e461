using Microsoft.AspNetCore.Http.HttpResults;
using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.History;

/// <summary>
/// The API's CSV as a link that a browser can follow: a link cannot say <c>Accept: text/csv</c>, and only this program may
/// reach the API. It is passed on as it comes, whatever its length.
/// </summary>
internal static class HistoryDownload
{
    private const string Csv = "text/csv";

    public static void MapHistoryDownload(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/history/csv/{kind:regex(^(rooms|devices)$)}/{uid}", SendAsync).ExcludeFromDescription();

    /// <summary>The link of a room's or device's readings.</summary>
    public static string Address(HistorySource source, DateTimeOffset from, DateTimeOffset to, string bucket, string zone) =>
        $"history/csv/{(source.IsRoom ? "rooms" : "devices")}/{Uri.EscapeDataString(source.Uid)}?from={ApiClient.Time(from)}&to={ApiClient.Time(to)}&bucket={bucket}&tz={Uri.EscapeDataString(zone)}";

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> SendAsync(string kind, string uid, HttpContext context, ApiConnection connection)
    {
        var stop = context.RequestAborted;
        using var request = new HttpRequestMessage(HttpMethod.Get, connection.At($"/api/v1/{kind}/{Uri.EscapeDataString(uid)}/readings{context.Request.QueryString}"));
        request.Headers.Accept.ParseAdd(Csv);
        try
        {
            using var answer = await connection.Stream.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            var response = context.Response;
            response.StatusCode = (int)answer.StatusCode;
            response.ContentType = answer.Content.Headers.ContentType?.ToString();
            response.Headers.ContentDisposition = answer.Content.Headers.ContentDisposition?.ToString();
            response.Headers.CacheControl = "no-store";
            await answer.Content.CopyToAsync(response.Body, stop);
            return TypedResults.Empty;
        }
        catch (HttpRequestException e) when (!context.Response.HasStarted)
        {
            return TypedResults.Problem(e.Message, statusCode: StatusCodes.Status502BadGateway);
        }
    }
}
