using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Api.Readings.Export;
using TechTemp.Data.Maintenance;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Queries;

namespace TechTemp.Api.Readings;

/// <summary>The readings of a device or a room over a range of time, raw or in buckets.</summary>
internal static class SeriesApi
{
    private const int DefaultRawLimit = 10;

    // Up to here a page takes less time than a wait for its turn would.
    private const int SmallPage = 500;

    private const string Description =
        "JSON comes in pages; with `Accept: text/csv` or `application/vnd.apache.parquet` the whole range comes as a file, newest first as well. "
        + "It is read in chunks: what is stored or removed meanwhile may be in it or not. `limit` and `cursor` belong to pages and are refused there. "
        + "The mean of a bucket is a mean over time: a reading weighs half the time to the readings of its device before and after it. A distance of more than "
        + "15 minutes is a gap and does not count; a reading without a neighbour weighs 15 minutes. So a sensor that sends often, or a room's sensor that sends more often than the others, does not count more. "
        + "`count` is the number of readings. "
        + "A value that a reading does not have is null, or an empty field of CSV; `count` counts readings, whatever they have. "
        + "CSV and Parquet have the columns `ts,temperature,humidity,source`, of a room `device_id` too, and of buckets "
        + "`ts,temperature,temperature_min,temperature_max,humidity,humidity_min,humidity_max,count`; other quantities that the devices measure follow `humidity`. "
        + "A CSV of readings can be posted to `/api/v1/readings`; with `calibrated=false` it is what was measured.";

    private static readonly Subject s_device = new(
        "devices", NamesDevices: false, (snapshot, uid, range, stop) => snapshot.OfDeviceAsync(uid, range.From, range.To, range.Calibrated, stop), Problems.NoDevice);

    private static readonly Subject s_room = new(
        "rooms", NamesDevices: true, (snapshot, uid, range, stop) => snapshot.OfRoomAsync(uid, range.From, range.To, range.Calibrated, stop), Problems.NoRoom);

    public static void MapSeries(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("Readings").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

        group.MapGet("/devices/{uid}/readings", OfDeviceAsync)
            .WithName("GetDeviceReadings")
            .WithSummary("A device's readings, newest first: raw, or mean, minimum and maximum of each bucket that has any")
            .WithExports("ts,temperature,humidity,source\r\n2025-09-10T20:54:45.793Z,21.02,63.33,mqtt\r\n")
            .WithNumberParameter("limit", SeriesQuery.MaxLimit)
            .WithFlagParameter("calibrated")
            .WithExample("""{"data":[{"ts":"2025-09-10T20:54:45.793Z","temperature":21.02,"humidity":63.33,"source":"mqtt"}],"next_cursor":null}""");

        group.MapGet("/rooms/{uid}/readings", OfRoomAsync)
            .WithName("GetRoomReadings")
            .WithSummary("A room's readings, as a device's: of whichever devices were placed there, each for its own time")
            .WithExports("ts,temperature,humidity,source,device_id\r\n2025-09-10T20:54:45.793Z,21.02,63.33,mqtt,sensor-01\r\n")
            .WithNumberParameter("limit", SeriesQuery.MaxLimit)
            .WithFlagParameter("calibrated")
            .WithExample("""{"data":[{"ts":"2025-09-10T00:00:00.000Z","temperature":21.02,"temperature_min":19.4,"temperature_max":23.11,"humidity":63.33,"humidity_min":58.2,"humidity_max":66.01,"count":288}],"next_cursor":null}""");

        group.MapDelete("/devices/{uid}/readings", DeleteAsync)
            .WithName("DeleteDeviceReadings")
            .WithSummary("Removes a device's readings of a range of time, bad points for instance, also from every bucket")
            .WithRequiredParameters("from", "to")
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithExample("""{"data":{"deleted":3},"message":"3 readings of sensor-01 removed."}""");
    }

    private static RouteHandlerBuilder WithExports(this RouteHandlerBuilder endpoint, string csv) => endpoint
        .WithDescription(Description)
        .Produces<Page<SeriesRow>>()
        .ProducesProblem(StatusCodes.Status406NotAcceptable)
        .WithAlternative(SeriesExport.Csv, null, "A header and one line for each reading or bucket, ended by CR LF, in UTF-8", csv)
        .WithAlternative(SeriesExport.Parquet, "binary", "`ts` is a timestamp in UTC with milliseconds, quantities are doubles or null, `count` is an int64, `source` and `device_id` are strings; the file's metadata have the unit of each quantity, as in `unit:temperature`", "PAR1…PAR1");

    private static ValueTask<IResult> OfDeviceAsync(string uid, [AsParameters] SeriesQuery query, HttpContext context, [AsParameters] Sources sources) =>
        AnswerAsync(context, s_device, uid, query, sources);

    private static ValueTask<IResult> OfRoomAsync(string uid, [AsParameters] SeriesQuery query, HttpContext context, [AsParameters] Sources sources) =>
        AnswerAsync(context, s_room, uid, query, sources);

    private static async ValueTask<IResult> AnswerAsync(HttpContext context, Subject subject, string uid, SeriesQuery query, Sources sources)
    {
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (ContentTypes.Choose(context.Request, "application/json", SeriesExport.Csv, SeriesExport.Parquet) is not { } form)
        {
            return Problems.NotAcceptable($"There is application/json, {SeriesExport.Csv} and {SeriesExport.Parquet}.");
        }

        var errors = new Errors();
        var range = query.Parse(errors, inPages: form == 0);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var limit = range.Limit ?? DefaultRawLimit;
        var isSmall = form == 0 && range.Buckets is null && limit <= SmallPage;
        await using var snapshot = await sources.Series.OpenAsync(isSmall ? "readings" : subject.Table, context.RequestAborted);
        if (await subject.FindAsync(snapshot, uid, range, context.RequestAborted) is not { } found)
        {
            return subject.Missing(uid);
        }

        if (isSmall)
        {
            var series = After(found, range);
            var blocks = await snapshot.NewestAsync(series, limit + 1, context.RequestAborted);
            return new RawPage(series, Columns(range, found), limit, subject.NamesDevices, _ => new(blocks));
        }

        return form == 0
            ? LargePage(range, found, sources, subject.NamesDevices)
            : Export(form == 1, $"{uid}-{query.Bucket ?? "raw"}{Named(query.From, range.From)}{Named(query.To, range.To)}", range, found, sources, subject.NamesDevices);
    }

    // A moment of a file's name, which no system refuses: "-2025-09-10T2054Z".
    private static string Named(string? asked, long ts) =>
        asked is null ? "" : DateTimeOffset.FromUnixTimeMilliseconds(ts).ToString("'-'yyyy-MM-dd'T'HHmm'Z'", System.Globalization.CultureInfo.InvariantCulture);

    // Read in its turn, in snapshots of its own.
    private static IResult LargePage(in SeriesRange range, Series found, Sources sources, bool namesDevices)
    {
        var quantities = Columns(range, found);
        if (range.Buckets is { } cut)
        {
            return sources.Gate.Limit(new BucketPage(found, cut, quantities, range.Limit ?? SeriesQuery.MaxLimit, sources.Buckets));
        }

        var (series, limit) = (After(found, range), range.Limit ?? DefaultRawLimit);
        return sources.Gate.Limit(new RawPage(series, quantities, limit, namesDevices, stop => sources.Series.NewestAsync(series, limit + 1, stop)));
    }

    private static Series After(Series found, in SeriesRange range) => range.BeforeDevice is { } device ? found.After(range.To, device) : found;

    private static QuantitySet Columns(in SeriesRange range, Series found) => range.Quantities ?? found.Quantities | QuantitySet.Usual;

    private static SeriesExport Export(
        bool asCsv, string name, in SeriesRange range, Series found, Sources sources, bool namesDevices)
    {
        var (series, buckets, _) = sources;
        var uids = namesDevices ? found.DeviceUids : null;
        var quantities = Columns(range, found);
        return (asCsv, range.Buckets) switch
        {
            (true, null) => new(SeriesExport.Csv, name + ".csv", (output, stop) => CsvExport.WriteAsync(output, series.AllAsync(found, stop), quantities, uids, stop)),
            (true, { } cut) => new(SeriesExport.Csv, name + ".csv", (output, stop) => CsvExport.WriteAsync(output, buckets.AllAsync(found.Parts, cut, quantities, stop), quantities, stop)),
            (false, null) => new(SeriesExport.Parquet, name + ".parquet", (output, stop) => ParquetExport.WriteAsync(output, series.AllAsync(found, stop), quantities, uids, stop)),
            (false, { } cut) => new(SeriesExport.Parquet, name + ".parquet", (output, stop) => ParquetExport.WriteAsync(output, buckets.AllAsync(found.Parts, cut, quantities, stop), quantities, stop)),
        };
    }

    private static async Task<Results<Ok<Confirmation<RemovalDto>>, ProblemHttpResult>> DeleteAsync(string uid, string? from, string? to, ReadingRemoval removal)
    {
        var errors = new Errors();
        var range = new SeriesQuery { From = from, To = to }.Parse(errors, inPages: false);
        if (from is null)
        {
            errors.Add("from", "is required");
        }

        if (to is null)
        {
            errors.Add("to", "is required");
        }

        if (errors.Any)
        {
            return errors.ToProblem();
        }

        return await removal.RemoveAsync(uid, range.From, range.To) switch
        {
            null => Problems.NoDevice(uid),
            { KeptFrom: { } kept } => Problems.Conflict($"Before {kept:yyyy-MM-dd'T'HH:mm:ss'Z'} device {uid} has no single readings any more; from must not be earlier."),
            { Deleted: var deleted } => TypedResults.Ok(new Confirmation<RemovalDto>(new(deleted), $"{deleted} readings of {uid} removed.")),
        };
    }

    // A device or a room.
    private sealed record Subject(
        string Table, bool NamesDevices, Func<SeriesSnapshot, string, SeriesRange, CancellationToken, ValueTask<Series?>> FindAsync, Func<string, ProblemHttpResult> Missing);

    /// <summary>What the answers are made from.</summary>
    internal sealed record Sources(SeriesQueries Series, BucketQueries Buckets, QueryGate Gate);
}
