using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Writing;
using TechTemp.Readings.Storage;

namespace TechTemp.Api.Readings;

/// <summary>The newest readings, and readings posted over HTTP.</summary>
internal static class ReadingsApi
{
    public static RouteGroupBuilder MapReadings(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/readings").WithTags("Readings");

        group.MapGet("/latest", LatestAsync)
            .WithName("GetLatestReadings")
            .WithSummary("The newest reading of each device, calibrated, ordered by device; an unknown id gives an empty list")
            .WithDescription("With `limit` it comes in pages: where `next_cursor` is not null there are more; ask again with it as `cursor`, and with the same filters. Without both the answer is whole and has no `next_cursor`.")
            .Produces<LatestReadingsDto>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithNumberParameter("limit", LatestQuery.MaxLimit)
            .WithFlagParameter("calibrated")
            .WithExample("""{"data":[{"device_id":"sensor-01","room_id":"salon","ts":"2025-09-10T20:54:45.793Z","temperature":21.02,"humidity":63.33,"co2":812},{"device_id":"sensor-02","room_id":null,"ts":"2025-09-10T20:54:41.002Z","temperature":19.4,"humidity":null}]}""");

        group.MapPost("/", Post)
            .WithName("PostReadings")
            .WithSummary("Stores one reading or many: a JSON object or array, NDJSON, or CSV with a header. The rules are those of MQTT; each row stands for itself")
            .WithDescription(
                "NDJSON and CSV are stored as they are read, up to 1 GiB and 64 KiB a row; JSON, up to 30 MB, is read whole before. "
                + "What was stored before is a duplicate: after a body that broke off the same one can be sent again. "
                + "A reading has at least one quantity under its key (`/api/v1/quantities`). A value out of its range is refused, and the others of its reading are stored. "
                + "CSV names `device_uid` (or `device_id`), at least one quantity, and may name `ts`; other columns are ignored. "
                + "`rejected` lists the first 1,000 rows that were refused, `rejected_count` is how many there were. The source of all is `http`.")
            .Accepts<PostedReading>("application/json", "application/x-ndjson", "text/csv")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithManyOrOne(
                "PostedReadingList",
                ("application/x-ndjson", "One JSON object of a reading on each line", "{\"device_uid\":\"sensor-01\",\"temperature\":21.02,\"humidity\":63.33}\n{\"device_uid\":\"sensor-02\",\"temperature\":19.4,\"humidity\":58.1}\n"),
                ("text/csv", "A header, and one line for each reading", "device_uid,ts,temperature,humidity\r\nsensor-01,2025-09-10T20:54:45.793Z,21.02,63.33\r\n"))
            .WithRequestExample("""{"device_uid":"sensor-01","ts":"2025-09-10T20:54:45.793Z","temperature":21.02,"humidity":63.33}""")
            .WithExample("""{"data":{"accepted":2,"duplicates":0,"rejected":[{"index":1,"reason":"out-of-range","detail":"humidity must be from 0 to 105 %, was 120"}],"rejected_count":1}}""");

        return group;
    }

    private static async ValueTask<IResult> LatestAsync([AsParameters] LatestQuery query, ILatestReadings latest, CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var (calibrated, limit) = query.Parse(errors);
        return errors.Any
            ? errors.ToProblem()
            : new LatestPage(await latest.ReadAsync(new(query.DeviceId, query.RoomId, query.HomeId, calibrated, query.Cursor, limit + 1), cancellationToken), limit);
    }

    private static async Task<Results<Ok<Envelope<PostReport>>, ProblemHttpResult>> Post(
        HttpRequest request,
        [FromQuery(Name = "device_uid"), Description("The device of rows that name none, as those of a CSV that was exported of one device")] string? device,
        ReadingWriter writer,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var errors = new Errors();
        errors.Uid("device_uid", device);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var body = await PostedReadings.ReadAsync(request, device, time.GetUtcNow(), cancellationToken);
        if (body.Problem is { } problem)
        {
            return problem;
        }

        var report = await PostedReadings.WriteAsync(body.Rows, writer, time, cancellationToken);
        // A single reading that is refused as a whole is an error to whoever sends it; of many, each is reported.
        return body.IsSingle && report is { Accepted: 0, Duplicates: 0, Rejected: [var rejected] }
            ? Problems.BadRequest($"{rejected.Reason}: {rejected.Detail}")
            : TypedResults.Ok(Envelope.Of(report));
    }
}
