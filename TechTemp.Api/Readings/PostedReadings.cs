using System.Globalization;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using TechTemp.Api.Http;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;

namespace TechTemp.Api.Readings;

/// <summary>A reading as it is posted.</summary>
/// <param name="DeviceUid">The device's uid.</param>
/// <param name="Ts">Time of measurement, ISO 8601 or unix milliseconds; now when absent.</param>
/// <param name="Temperature">°C, −40 to 85.</param>
/// <param name="Humidity">Relative humidity, 0 to 100 %.</param>
internal sealed record PostedReading(string DeviceUid, DateTimeOffset? Ts, double Temperature, double Humidity);

/// <summary>What became of posted readings.</summary>
/// <param name="Accepted">How many were stored.</param>
/// <param name="Duplicates">How many were stored before.</param>
/// <param name="Rejected">Those that were refused.</param>
internal sealed record PostReport(int Accepted, int Duplicates, IReadOnlyList<RejectedRow> Rejected);

/// <summary>A posted reading that was refused.</summary>
/// <param name="Index">Its place in the body, from 0.</param>
/// <param name="Reason">Why, for programs.</param>
/// <param name="Detail">The field and the rule, for people.</param>
internal sealed record RejectedRow(int Index, string Reason, string Detail);

/// <summary>Reads the body of a POST into messages for the writer, and writes them.</summary>
internal static class PostedReadings
{
    // As many as one batch of ingest: the writer's lock is never held for long.
    private const int RowsPerBatch = 5_000;

    public sealed record Body(IReadOnlyList<IncomingMessage> Rows, bool IsSingle = false, ProblemHttpResult? Problem = null)
    {
        public static Body Unreadable(string detail) => new([], Problem: Problems.BadRequest(detail));
    }

    /// <summary>Reads the whole body before anything is stored: one that breaks off half-way stores nothing.</summary>
    public static async Task<Body> ReadAsync(HttpRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var mediaType = MediaTypeHeaderValue.TryParse(request.ContentType, out var header) ? header.MediaType.Value : null;
        switch (mediaType?.ToLowerInvariant())
        {
            case "application/json":
                return await ReadJsonAsync(request.Body, now, cancellationToken);
            case "application/x-ndjson" or "application/ndjson" or "application/jsonl":
                return await ReadLinesAsync(request.Body, now, cancellationToken);
            case "text/csv":
                return await ReadCsvAsync(request.Body, now, cancellationToken);
            default:
                return new([], Problem: TypedResults.Problem(
                    "Content-Type must be application/json, application/x-ndjson or text/csv.", statusCode: StatusCodes.Status415UnsupportedMediaType));
        }
    }

    public static PostReport Write(IReadOnlyList<IncomingMessage> rows, ReadingWriter writer)
    {
        int accepted = 0, duplicates = 0;
        var rejected = new List<RejectedRow>();
        var index = 0;
        foreach (var batch in rows.Chunk(RowsPerBatch))
        {
            foreach (var outcome in writer.Write(batch).Outcomes)
            {
                accepted += outcome.Kind == OutcomeKind.Stored ? 1 : 0;
                duplicates += outcome.Kind == OutcomeKind.Duplicate ? 1 : 0;
                if (outcome.Rejection is { } rejection)
                {
                    rejected.Add(new(index, rejection.Reason, rejection.Detail));
                }

                index++;
            }
        }

        return new(accepted, duplicates, rejected);
    }

    private static async Task<Body> ReadJsonAsync(Stream body, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Object => new([FromJson(document.RootElement, now)], IsSingle: true),
                JsonValueKind.Array => new([.. document.RootElement.EnumerateArray().Select(row => FromJson(row, now))]),
                _ => Body.Unreadable("The body must be a JSON object or an array of objects."),
            };
        }
        catch (JsonException)
        {
            return Body.Unreadable("The body is not valid JSON. Nothing was stored.");
        }
    }

    private static async Task<Body> ReadLinesAsync(Stream body, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(body);
        var rows = new List<IncomingMessage>();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                rows.Add(FromLine(line, now));
            }
        }

        return new(rows);
    }

    private static async Task<Body> ReadCsvAsync(Stream body, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var text = new StreamReader(body);
        using var csv = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            PrepareHeaderForMatch = header => header.Header.Trim().ToLowerInvariant(),
            MissingFieldFound = null,
            BadDataFound = null,
        });
        if (!await csv.ReadAsync() || !csv.ReadHeader())
        {
            return Body.Unreadable("The body is empty; CSV starts with a header.");
        }

        string[] required = ["device_uid", "temperature", "humidity"];
        var missing = required.Where(name => csv.GetFieldIndex(name, isTryGet: true) < 0).ToList();
        if (missing.Count > 0)
        {
            return Body.Unreadable($"The CSV header must name device_uid, temperature, humidity and may name ts; it lacks {string.Join(", ", missing)}.");
        }

        var rows = new List<IncomingMessage>();
        while (await csv.ReadAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Add(FromFields(
                csv.GetField("device_uid"), Time(csv.TryGetField<string>("ts", out var ts) ? ts : null, now),
                Number(csv.GetField("temperature")), Number(csv.GetField("humidity")), now));
        }

        return new(rows);
    }

    private static IncomingMessage FromLine(string line, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return FromJson(document.RootElement, now);
        }
        catch (JsonException)
        {
            return IncomingMessage.Unreadable(Ms(now), new(RejectionReasons.InvalidJson, "the line must be one JSON object"));
        }
    }

    private static IncomingMessage FromJson(JsonElement row, DateTimeOffset now)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            return IncomingMessage.Unreadable(Ms(now), new(RejectionReasons.InvalidJson, "each row must be a JSON object"));
        }

        try
        {
            return FromObject(row, now);
        }
        // Half a surrogate pair, or bytes that are not UTF-8, are found only when a text is read.
        catch (InvalidOperationException)
        {
            return IncomingMessage.Unreadable(Ms(now), new(RejectionReasons.InvalidJson, "the texts of a row must be Unicode"));
        }
    }

    private static IncomingMessage FromObject(JsonElement row, DateTimeOffset now)
    {
        var uid = Property(row, "device_uid") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        var ts = Property(row, "ts") switch
        {
            null or { ValueKind: JsonValueKind.Null } => Ms(now),
            { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
            { ValueKind: JsonValueKind.String } iso => Time(iso.GetString(), now),
            _ => (double?)null,
        };
        return FromFields(uid, ts, Number(row, "temperature"), Number(row, "humidity"), now);
    }

    private static IncomingMessage FromFields(string? uid, double? ts, double? temperature, double? humidity, DateTimeOffset now)
    {
        var wrong = uid is null ? "device_uid must be a text"
            : ts is null || !double.IsFinite(ts.Value) ? $"ts {QueryTime.Rule}, or unix milliseconds"
            : temperature is null || !double.IsFinite(temperature.Value) ? "temperature must be a finite number"
            : humidity is null || !double.IsFinite(humidity.Value) ? "humidity must be a finite number"
            : null;
        return wrong is null
            ? IncomingMessage.FromMeasurement(uid!, new((long)ts!.Value, temperature!.Value, humidity!.Value), Ms(now), ReadingSource.Http)
            : IncomingMessage.Unreadable(Ms(now), new(RejectionReasons.InvalidType, wrong));
    }

    private static JsonElement? Property(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value : null;

    private static double? Number(JsonElement row, string name) =>
        Property(row, name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Time(string? text, DateTimeOffset now) =>
        string.IsNullOrWhiteSpace(text) ? Ms(now)
        : Number(text) ?? (QueryTime.TryParse(text, endOfDay: false, out var time) ? Ms(time) : null);

    private static long Ms(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
