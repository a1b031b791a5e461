using Microsoft.AspNetCore.Http.HttpResults;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Readings;
using TechTemp.Data.Rollups;

namespace TechTemp.Api.Readings;

/// <summary>The readings of a device or a room over a range of time, raw or in buckets.</summary>
internal static class SeriesApi
{
    private const int DefaultRawLimit = 10;

    public static void MapSeries(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("Readings").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

        group.MapGet("/devices/{uid}/readings", OfDevice)
            .WithName("GetDeviceReadings")
            .WithSummary("A device's readings, newest first: raw, or mean, minimum and maximum of each bucket that has any")
            .Produces<Page<SeriesRow>>()
            .WithNumberParameter("limit", SeriesQuery.MaxLimit)
            .WithFlagParameter("calibrated")
            .WithExample("""{"data":[{"ts":"2025-09-10T20:54:45.793Z","temperature":21.02,"humidity":63.33,"source":"mqtt"}],"next_cursor":null}""");

        group.MapGet("/rooms/{uid}/readings", OfRoom)
            .WithName("GetRoomReadings")
            .WithSummary("A room's readings, as a device's: of whichever devices were placed there, each for its own time")
            .Produces<Page<SeriesRow>>()
            .WithNumberParameter("limit", SeriesQuery.MaxLimit)
            .WithFlagParameter("calibrated")
            .WithExample("""{"data":[{"ts":"2025-09-10T00:00:00.000Z","temperature":21.02,"temperature_min":19.4,"temperature_max":23.11,"humidity":63.33,"humidity_min":58.2,"humidity_max":66.01,"count":288}],"next_cursor":null}""");

        group.MapDelete("/devices/{uid}/readings", Delete)
            .WithName("DeleteDeviceReadings")
            .WithSummary("Removes a device's readings of a range of time, bad points for instance, also from every bucket")
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithExample("""{"data":{"deleted":3},"message":"3 readings of sensor-01 removed."}""");
    }

    private static IResult OfDevice(string uid, [AsParameters] SeriesQuery query, SeriesQueries series, BucketQueries buckets) =>
        Answer(query, range => series.OfDevice(uid, range.From, range.To, range.Calibrated), series, buckets, namesDevices: false, Problems.NoDevice(uid));

    private static IResult OfRoom(string uid, [AsParameters] SeriesQuery query, SeriesQueries series, BucketQueries buckets) =>
        Answer(query, range => series.OfRoom(uid, range.From, range.To, range.Calibrated), series, buckets, namesDevices: true, Problems.NoRoom(uid));

    private static IResult Answer(
        SeriesQuery query, Func<SeriesRange, Series?> find, SeriesQueries series, BucketQueries buckets, bool namesDevices, ProblemHttpResult missing)
    {
        var errors = new Errors();
        var range = query.Parse(errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (find(range) is not { } found)
        {
            return missing;
        }

        if (range.Buckets is null)
        {
            var readings = series.Readings(found);
            return new RawPage(found, range.BeforeDevice is { } device ? readings.SkipWhile(r => r.Ts == range.To && r.DeviceId >= device) : readings,
                range.Limit ?? DefaultRawLimit, namesDevices);
        }

        var limit = range.Limit ?? SeriesQuery.MaxLimit;
        var page = buckets.Newest(found.Parts, range.Buckets, limit + 1);
        return TypedResults.Ok(new Page<BucketDto>(
            [.. page.Take(limit).Select(b => b.ToDto())], page.Count > limit ? SeriesQuery.CursorAfter(page[limit - 1].Start) : null));
    }

    private static Results<Ok<Confirmation<RemovalDto>>, ProblemHttpResult> Delete(string uid, string? from, string? to, ReadingRemoval removal)
    {
        var errors = new Errors();
        var range = new SeriesQuery { From = from, To = to }.Parse(errors);
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

        return removal.Remove(uid, range.From, range.To) switch
        {
            null => Problems.NoDevice(uid),
            { KeptFrom: { } kept } => Problems.Conflict($"Before {kept:yyyy-MM-dd'T'HH:mm:ss'Z'} device {uid} has no single readings any more; from must not be earlier."),
            { Deleted: var deleted } => TypedResults.Ok(new Confirmation<RemovalDto>(new(deleted), $"{deleted} readings of {uid} removed.")),
        };
    }
}
