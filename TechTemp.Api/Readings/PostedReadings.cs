using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Readings;
using TechTemp.Data.Store;
using TechTemp.Data.Writing;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Readings;

/// <summary>A reading as it is posted.</summary>
/// <param name="DeviceUid">The device's uid; may be absent where the query names it.</param>
/// <param name="Ts">Time of measurement, ISO 8601 or unix milliseconds; now when absent.</param>
[HasQuantities]
internal sealed record PostedReading([property: NeverNull] string? DeviceUid = null, [property: NeverNull, TimeOrMilliseconds] DateTimeOffset? Ts = null);

/// <summary>What became of posted readings.</summary>
/// <param name="Accepted">How many were stored.</param>
/// <param name="Duplicates">How many were stored before.</param>
/// <param name="Rejected">Those that were refused, or of which values were refused while the others are stored; the first 1,000 of them.</param>
/// <param name="RejectedCount">How many these are.</param>
internal sealed record PostReport(int Accepted, int Duplicates, IReadOnlyList<RejectedRow> Rejected, int RejectedCount);

/// <summary>A posted reading that was refused.</summary>
/// <param name="Index">Its place in the body, from 0.</param>
/// <param name="Reason">Why, for programs.</param>
/// <param name="Detail">The field and the rule, for people.</param>
internal sealed record RejectedRow(int Index, [property: RejectionReason] string Reason, string Detail);

/// <summary>
/// Reads the body of a POST into messages for the writer, and writes them. NDJSON and CSV are read and written some rows at a
/// time, so that years of readings fit in one body; what has been written when one breaks off is a duplicate when it is sent again.
/// JSON is read whole before anything is stored.
/// </summary>
internal static class PostedReadings
{
    // As many as one batch of ingest: the writer's lock is never held for long, and BulkPace leaves it free between them.
    private const int RowsPerBatch = 5_000;
    private const int MaxListed = 1_000;

    // Some twenty million rows. JSON has the server's own limit of 30 MB.
    private const long MaxBodyInRows = 1L << 30;

    public sealed record Body(IAsyncEnumerable<IncomingMessage> Rows, bool IsSingle = false, ProblemHttpResult? Problem = null)
    {
        public static Body Refused(ProblemHttpResult problem) => new(AsyncEnumerable.Empty<IncomingMessage>(), Problem: problem);

        public static Body Unreadable(string detail) => Refused(Problems.BadRequest(detail));
    }

    /// <summary>Reads a body, or as much of it as tells that it is one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="device">The device of rows that name none; null for no such.</param>
    /// <param name="now">Time of receipt.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    public static async Task<Body> ReadAsync(HttpRequest request, string? device, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var mediaType = MediaTypeHeaderValue.TryParse(request.ContentType, out var header) ? header.MediaType.Value : null;
        var rows = new PostedRows(device, now);
        switch (mediaType?.ToLowerInvariant())
        {
            case "application/json":
                return await ReadJsonAsync(request.Body, rows, cancellationToken);
            case "application/x-ndjson" or "application/ndjson" or "application/jsonl":
                return new(ReadLinesAsync(InRows(request), rows, cancellationToken));
            case "text/csv":
                return await ReadCsvAsync(InRows(request), rows, cancellationToken);
            default:
                return Body.Refused(TypedResults.Problem(
                    "Content-Type must be application/json, application/x-ndjson or text/csv.", statusCode: StatusCodes.Status415UnsupportedMediaType));
        }
    }

    public static async Task<PostReport> WriteAsync(IAsyncEnumerable<IncomingMessage> rows, ReadingWriter writer, TimeProvider time, CancellationToken cancellationToken)
    {
        var pace = new BulkPace(time);
        int accepted = 0, duplicates = 0, refused = 0, index = 0;
        var listed = new List<RejectedRow>();
        await foreach (var batch in rows.Chunk(RowsPerBatch))
        {
            await pace.NextAsync(cancellationToken);
            var result = await writer.WriteAsync(batch, cancellationToken);
            pace.Done(result.OthersWrote);
            foreach (var outcome in result.Outcomes)
            {
                accepted += outcome.Kind == OutcomeKind.Stored ? 1 : 0;
                duplicates += outcome.Kind == OutcomeKind.Duplicate ? 1 : 0;
                if (outcome.Rejection is { } rejection && refused++ < MaxListed)
                {
                    listed.Add(new(index, rejection.Reason, rejection.Detail));
                }

                index++;
            }
        }

        return new(accepted, duplicates, listed, refused);
    }

    private static RowStream InRows(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyInRows;
        }

        return new(request.Body);
    }

    private static async Task<Body> ReadJsonAsync(Stream body, PostedRows rows, CancellationToken cancellationToken)
    {
        try
        {
            var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            if (document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            {
                return new(Rows(document, rows).ToAsyncEnumerable(), IsSingle: document.RootElement.ValueKind == JsonValueKind.Object);
            }

            document.Dispose();
            return Body.Unreadable("The body must be a JSON object or an array of objects.");
        }
        catch (JsonException)
        {
            return Body.Unreadable("The body is not valid JSON. Nothing was stored.");
        }
    }

    private static IEnumerable<IncomingMessage> Rows(JsonDocument document, PostedRows rows)
    {
        using (document)
        {
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                yield return rows.FromJson(document.RootElement);
                yield break;
            }

            foreach (var row in document.RootElement.EnumerateArray())
            {
                yield return rows.FromJson(row);
            }
        }
    }

    private static async IAsyncEnumerable<IncomingMessage> ReadLinesAsync(RowStream body, PostedRows rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(body);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            body.RowRead();
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return rows.FromLine(line);
            }
        }
    }

    private static async Task<Body> ReadCsvAsync(RowStream body, PostedRows rows, CancellationToken cancellationToken)
    {
        var csv = new CsvReader(new StreamReader(body), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            PrepareHeaderForMatch = header => header.Header.Trim().ToLowerInvariant(),
            MissingFieldFound = null,
            BadDataFound = null,
        });
        if (!await csv.ReadAsync() || !csv.ReadHeader())
        {
            return Body.Unreadable("The body is empty; CSV starts with a header.");
        }

        int Column(string name) => csv.GetFieldIndex(name, isTryGet: true);
        // As a room's export calls it.
        var device = Column("device_uid") is var uid and >= 0 ? uid : Column("device_id");
        var ts = Column("ts");
        var values = QuantityRegistry.All.Select(quantity => (Quantity: quantity, Column: Column(quantity.Key))).Where(v => v.Column >= 0).ToList();
        string[] missing =
        [
            .. device < 0 && rows.Device is null ? ["device_uid"] : Array.Empty<string>(),
            .. values.Count == 0 ? ["a quantity"] : Array.Empty<string>(),
        ];
        return missing.Length == 0
            ? new(Rows())
            : Body.Unreadable(
                $"The CSV header must name device_uid (or the query a device_uid for all rows), at least one quantity of {string.Join(", ", QuantityRegistry.All.Select(q => q.Key))}, and may name ts; "
                + $"it lacks {string.Join(" and ", missing)}.");

        async IAsyncEnumerable<IncomingMessage> Rows()
        {
            using (csv)
            {
                while (await csv.ReadAsync())
                {
                    body.RowRead();
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return rows.FromFields(Field(device), Field(ts), values.Select(v => (v.Quantity, Field(v.Column))));
                }
            }
        }

        string? Field(int column) => column < 0 ? null : csv.GetField(column);
    }
}
