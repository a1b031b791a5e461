using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace TechTemp.ServiceDefaults.Requests;

/// <summary>
/// What every answer says to a browser, unless its endpoint has said it already: how it may be used by a page, and that only this
/// browser may keep it. Set when the answer starts: an error that clears an answer's headers keeps these.
/// </summary>
internal sealed class AnswerHeaders(RequestDelegate next)
{
    // Of data: nothing in it is to be run or framed. Pages have policies of their own.
    private const string ContentSecurityOfData = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(static state => SetAsync((HttpContext)state), context);
        return next(context);
    }

    private static Task SetAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        SetUnlessThere(headers, "Content-Security-Policy", ContentSecurityOfData);
        SetUnlessThere(headers, "Cross-Origin-Resource-Policy", "same-origin");
        SetUnlessThere(headers, "Referrer-Policy", "same-origin");
        SetUnlessThere(headers, "Cache-Control", "private, no-cache");
        // The compression says this only to clients that accept it; a cache has to know it of the other answer, too.
        if (!headers.Vary.ToString().Contains(HeaderNames.AcceptEncoding, StringComparison.OrdinalIgnoreCase)
            && context.RequestServices.GetRequiredService<IResponseCompressionProvider>().ShouldCompressResponse(context))
        {
            headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        }

        return Task.CompletedTask;
    }

    private static void SetUnlessThere(IHeaderDictionary headers, string name, string value)
    {
        if (!headers.ContainsKey(name))
        {
            headers[name] = value;
        }
    }
}
