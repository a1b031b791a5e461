using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Registries;
using TechTemp.Readings.Queries;

namespace TechTemp.Api.Readings;

/// <summary>When a device was silent.</summary>
internal static class GapsApi
{
    public const int MaxLimit = 1_000;
    public const int DefaultLimit = 100;

    public static RouteHandlerBuilder MapGaps(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/devices/{uid}/gaps", GetAsync)
            .WithTags("Readings")
            .WithName("GetDeviceGaps")
            .WithSummary("When a device was silent for longer than three times its usual cadence, newest first; the gap that it is still in has a `to` of null")
            .WithDescription(
                $"The usual cadence is the median step between the device's newest readings at or before `to`; at most {ReadingGaps.CadenceSteps} steps are looked at. "
                + "A gap that reaches into the range is answered whole, from the last reading before it to the first one after it. "
                + "A device with fewer than two readings has no cadence: without `longer_than` it has no gaps. "
                + "There is no gap before the oldest reading that is kept.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithNumberParameter("limit", MaxLimit)
            .WithExample("""{"data":[{"from":"2025-09-10T20:54:45.793Z","to":null,"duration":"PT2H11M"},{"from":"2025-09-08T03:10:00.000Z","to":"2025-09-08T07:40:00.000Z","duration":"PT4H30M"}],"longer_than":"PT15M","next_cursor":null}""");

    private static async Task<Results<Ok<GapPage>, ProblemHttpResult>> GetAsync(
        string uid, [AsParameters] GapRange query, DeviceRegistry devices, ReadingGaps readings, QueryGate gate, TimeProvider time, CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var range = query.Parse(errors, time.GetUtcNow());
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (await devices.FindIdAsync(uid, cancellationToken) is not { } id)
        {
            return Problems.NoDevice(uid);
        }

        var (longerThan, gaps) = await gate.ComputeAsync(
            () => readings.FindAsync(id, range.From, range.To, range.LongerThan, range.Before, range.Limit + 1, cancellationToken), cancellationToken);
        return TypedResults.Ok(new GapPage(
            [.. gaps.Take(range.Limit).Select(g => g.ToDto())],
            longerThan is { } ms ? QueryDuration.ToText(TimeSpan.FromMilliseconds(ms)) : null,
            gaps.Count > range.Limit ? gaps[range.Limit - 1].From.ToString(CultureInfo.InvariantCulture) : null));
    }

    // An open gap grows by the second, not with each request: who asks twice a second is answered 304.
    private static GapDto ToDto(this ReadingGap gap)
    {
        var length = TimeSpan.FromMilliseconds(gap.To is null ? gap.Length - gap.Length % 1_000 : gap.Length);
        return new(
            DateTimeOffset.FromUnixTimeMilliseconds(gap.From),
            gap.To is { } to ? DateTimeOffset.FromUnixTimeMilliseconds(to) : null,
            QueryDuration.ToText(length));
    }
}

/// <summary>A time without readings.</summary>
/// <param name="From">The last reading before it.</param>
/// <param name="To">The first reading after it; null while the device is silent.</param>
/// <param name="Duration">How long it is, or has been until now, as an ISO 8601 duration.</param>
internal sealed record GapDto(DateTimeOffset From, DateTimeOffset? To, string Duration);

/// <summary>One page of gaps.</summary>
/// <param name="Data">The page.</param>
/// <param name="LongerThan">Every gap is longer than this: as asked for, else three times the usual cadence; null when the device has none yet.</param>
/// <param name="NextCursor">For the next page, as the query's `cursor`; null on the last page.</param>
internal sealed record GapPage(IReadOnlyList<GapDto> Data, string? LongerThan, string? NextCursor);

/// <summary>The query of a device's gaps.</summary>
internal sealed class GapRange
{
    private static readonly TimeSpan s_usual = TimeSpan.FromDays(30);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(366);

    [FromQuery(Name = "from")]
    [Description("Only gaps that reach beyond this time: ISO 8601 with any offset, or a date (default 30 days before `to`)")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    [Description("Only gaps that begin until this time: ISO 8601 with any offset, or a date, which means its end (default now)")]
    public string? To { get; init; }

    [FromQuery(Name = "longer_than")]
    [Description("Only gaps longer than this ISO 8601 duration, from PT1S to P366D (default three times the usual cadence)")]
    public string? LongerThan { get; init; }

    [FromQuery(Name = "limit")]
    [Description("How many at most (default 100)")]
    public string? Limit { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("The `next_cursor` of the page before")]
    public string? Cursor { get; init; }

    /// <summary>The query, understood; what is wrong with it is in the errors.</summary>
    public (long From, long To, long? LongerThan, long? Before, int Limit) Parse(Errors errors, DateTimeOffset now)
    {
        var to = errors.Time("to", To, endOfDay: true, now.ToUnixTimeMilliseconds());
        var from = errors.Time("from", From, endOfDay: false, to - (long)s_usual.TotalMilliseconds);
        if (from > to)
        {
            errors.Add("from", "must not be after to");
        }

        var longerThan = TimeSpan.Zero;
        if (LongerThan is not null
            && (!QueryDuration.TryParse(LongerThan, out longerThan) || longerThan < TimeSpan.FromSeconds(1) || longerThan > s_longest))
        {
            errors.Add("longer_than", "must be an ISO 8601 duration such as PT30M, from PT1S to P366D");
        }

        var before = errors.Cursor(Cursor, long.MaxValue);
        return (
            from, to, LongerThan is null ? null : (long)longerThan.TotalMilliseconds, Cursor is null ? null : before,
            errors.Limit("limit", Limit, GapsApi.MaxLimit, GapsApi.DefaultLimit));
    }
}
