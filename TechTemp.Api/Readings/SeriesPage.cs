using System.Buffers;
using System.IO.Pipelines;

namespace TechTemp.Api.Readings;

/// <summary>A page of a series as JSON, written by hand, because a page has up to 10,000 rows. Its texts are numbers, times and ids, of which none needs escaping.</summary>
internal abstract class SeriesPage : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await ReadAsync(httpContext.RequestAborted);
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        var output = httpContext.Response.BodyWriter;
        Write(output);
        await output.FlushAsync(httpContext.RequestAborted);
    }

    /// <summary>Reads the page from the store.</summary>
    protected abstract ValueTask ReadAsync(CancellationToken cancellationToken);

    /// <summary>Writes the rows of the page, separated by commas.</summary>
    /// <returns>The cursor of the next page; null when there is none.</returns>
    protected abstract string? WriteRows(RowText text, PipeWriter output);

    /// <summary>Makes room for a row, and separates it from the one before.</summary>
    protected static void BeginRow(RowText text, PipeWriter output, bool isFirst)
    {
        if (text.IsFull)
        {
            output.Write(text.Written.Span);
            text.Clear();
        }

        if (!isFirst)
        {
            text.Add((byte)',');
        }
    }

    private void Write(PipeWriter output)
    {
        using var text = new RowText();
        text.Add("""{"data":["""u8);
        var cursor = WriteRows(text, output);
        BeginRow(text, output, isFirst: true);
        text.Add("""],"next_cursor":"""u8);
        if (cursor is null)
        {
            text.Add("null}"u8);
        }
        else
        {
            text.Add((byte)'"');
            text.Add(System.Text.Encoding.ASCII.GetBytes(cursor));
            text.Add("\"}"u8);
        }

        output.Write(text.Written.Span);
    }
}
