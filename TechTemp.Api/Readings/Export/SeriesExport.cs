using System.IO.Pipelines;
using TechTemp.Api.Http;

namespace TechTemp.Api.Readings.Export;

/// <summary>The whole range of a series as a file, written while it is read from the store: it takes the same memory whatever its length.</summary>
/// <param name="contentType">Its content type.</param>
/// <param name="fileName">What it is to be called where it is saved; ids, dots and hyphens.</param>
/// <param name="write">Writes it.</param>
internal sealed class SeriesExport(string contentType, string fileName, Func<PipeWriter, CancellationToken, Task> write) : IResult
{
    public const string Csv = "text/csv";
    public const string Parquet = "application/vnd.apache.parquet";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        EntityTags.Skip(httpContext);
        var response = httpContext.Response;
        response.ContentType = contentType;
        response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        response.Headers.CacheControl = "private, no-cache";
        // Nobody would see what a HEAD reads through the store.
        return HttpMethods.IsHead(httpContext.Request.Method) ? Task.CompletedTask : write(response.BodyWriter, httpContext.RequestAborted);
    }
}
