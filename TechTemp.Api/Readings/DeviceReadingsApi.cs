using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;

namespace TechTemp.Api.Readings;

/// <summary>The readings of one device over a range of time, raw or in buckets.</summary>
internal static class DeviceReadingsApi
{
    public const int MaxLimit = 10_000;
    private const int DefaultRawLimit = 10;

    public static RouteHandlerBuilder MapDeviceReadings(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/devices/{uid}/readings", GetAsync)
            .WithTags("Readings")
            .WithName("GetDeviceReadings")
            .WithSummary("A device's readings, newest first: raw, or mean, minimum and maximum of each bucket that has any")
            .Produces<Page<RawReadingDto>>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithNumberParameter("limit", MaxLimit)
            .WithExample("""{"data":[{"ts":"2025-09-10T20:54:45.793Z","temperature":21.02,"humidity":63.33,"source":"mqtt"}],"next_cursor":null}""");

    private static async Task<Results<Ok<Page<RawReadingDto>>, Ok<Page<BucketDto>>, ProblemHttpResult>> GetAsync(
        string uid, [AsParameters] ReadingRange query, DeviceRegistry devices, ReadingQueries queries, CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var range = query.Parse(errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (await devices.FindIdAsync(uid, cancellationToken) is not { } id)
        {
            return Problems.NoDevice(uid);
        }

        if (range.Buckets is null)
        {
            var limit = range.Limit ?? DefaultRawLimit;
            var raw = queries.Range(id, range.From, range.To, limit + 1).Select(r => r.ToDto());
            return TypedResults.Ok(ToPage(raw, limit, r => r.Ts));
        }

        var buckets = range.Buckets.Aggregate(queries.Range(id, range.From, range.To)).Select(b => b.ToDto());
        return TypedResults.Ok(ToPage(buckets, range.Limit ?? MaxLimit, b => b.Ts));
    }

    private static Page<T> ToPage<T>(IEnumerable<T> rows, int limit, Func<T, DateTimeOffset> key)
    {
        var page = rows.Take(limit + 1).ToList();
        if (page.Count <= limit)
        {
            return new(page, null);
        }

        page.RemoveAt(limit);
        return new(page, key(page[^1]).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>The query of a range of readings.</summary>
internal sealed class ReadingRange
{
    [FromQuery(Name = "from")]
    [Description("First time, inclusive: ISO 8601 with any offset, or a date")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    [Description("Last time, inclusive: ISO 8601 with any offset, or a date, which means its end")]
    public string? To { get; init; }

    [FromQuery(Name = "bucket")]
    [Description("`raw` (default), `hour`, `day`, or an ISO 8601 duration that is a multiple of PT15M")]
    public string? Bucket { get; init; }

    [FromQuery(Name = "tz")]
    [Description("IANA time zone of `day` buckets (default UTC)")]
    public string? Tz { get; init; }

    [FromQuery(Name = "limit")]
    [Description("How many at most (default 10 for raw, 10000 for buckets)")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("The `next_cursor` of the page before")]
    public string? Cursor { get; init; }

    /// <summary>The query, understood; what is wrong with it is in the errors.</summary>
    public (long From, long To, Buckets? Buckets, int? Limit) Parse(Errors errors)
    {
        var from = errors.Time("from", From, endOfDay: false, long.MinValue);
        var to = errors.Time("to", To, endOfDay: true, long.MaxValue);
        if (from > to)
        {
            errors.Add("from", "must not be after to");
        }

        // The page before ended with this one: a reading's time, or a bucket's start.
        var cursor = errors.Cursor(Cursor, long.MaxValue);
        int? limit = Limit is null ? null : errors.Limit("limit", Limit, DeviceReadingsApi.MaxLimit, 1);
        var buckets = BucketDefinition.Parse(errors, Bucket, Tz);
        return (from, Math.Min(to, cursor == long.MaxValue ? cursor : cursor - 1), buckets, limit);
    }
}
