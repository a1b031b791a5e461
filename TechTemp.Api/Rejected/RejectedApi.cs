using System.ComponentModel;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Readings;
using TechTemp.Data.Rejections;
using TechTemp.Data.Replay;
using TechTemp.Readings.Rules;

namespace TechTemp.Api.Rejected;

/// <summary>The messages that were refused, and another try.</summary>
internal static class RejectedApi
{
    private const int MaxLimit = 1_000;
    private const int DefaultLimit = 100;
    private const int MaxReplayed = 10_000;
    private const int DefaultReplayed = 1_000;

    public static RouteGroupBuilder MapRejected(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/rejected").WithTags("Rejected");

        group.MapGet("/", ListAsync)
            .WithName("GetRejected")
            .WithSummary("The messages that were refused, newest first, each with its reason")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithNumberParameter("limit", MaxLimit)
            .WithChoiceParameter("reason", [.. RejectionReasons.All])
            .WithExample("""{"data":[{"id":17,"received_at":"2025-09-10T20:54:46.001Z","topic":"home/home1/sensors/sensor-01/reading","device_id":"sensor-01","reason":"out-of-range","detail":"humidity_pct must be from 0 to 105 %, was 120","payload":"{\"ts\":1757537685793,\"temperature_c\":21.02,\"humidity_pct\":120}","payload_base64":null,"payload_size":62}],"next_cursor":null}""");

        group.MapPost("/replay", ReplayAllAsync)
            .WithName("ReplayAllRejected")
            .WithSummary("Tries refused messages again, the oldest first; those that are refused once more stay listed")
            .WithDescription(
                "Without a filter all of them. Ingest writes between two steps of it. When `next_cursor` is not null there are more: ask again with it as `cursor`, "
                + "otherwise those that are refused once more would be tried for ever.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithNumberParameter("limit", MaxReplayed)
            .WithChoiceParameter("reason", [.. RejectionReasons.All])
            .WithExample("""{"data":{"tried":1000,"stored":990,"duplicates":4,"rejected":6,"next_cursor":"1017"}}""");

        group.MapPost("/{id:long}/replay", ReplayAsync)
            .WithName("ReplayRejected")
            .WithSummary("Tries a refused message again; refused once more it stays listed")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithExample("""{"data":{"id":17,"outcome":"stored","reason":null,"detail":null}}""");

        group.MapDelete("/{id:long}", DiscardAsync)
            .WithName("DiscardRejected")
            .WithSummary("Forgets a refused message")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithExample("""{"data":{"discarded":1},"message":"1 message discarded."}""");

        group.MapDelete("/", DiscardAllAsync)
            .WithName("DiscardAllRejected")
            .WithSummary("Forgets the refused messages of a reason, which must be named")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithChoiceParameter("reason", [.. RejectionReasons.All])
            .WithExample("""{"data":{"discarded":12},"message":"12 messages discarded."}""");

        return group;
    }

    private static async Task<Results<Ok<Page<RejectedDto>>, ProblemHttpResult>> ListAsync(
        RejectedMessages rejected,
        [AsParameters] RejectedQuery query,
        [Description("How many at most (default 100)")] string? limit,
        [Description("The `next_cursor` of the page before")] string? cursor,
        CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var filter = query.Parse(errors);
        var take = errors.Limit("limit", limit, MaxLimit, DefaultLimit);
        var before = errors.Cursor(cursor, long.MaxValue);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var rows = await rejected.ListAsync(filter, before, take + 1, cancellationToken);
        var page = rows.Take(take).Select(r => r.ToDto()).ToList();
        return TypedResults.Ok(new Page<RejectedDto>(page, rows.Count > take ? page[^1].Id.ToString(CultureInfo.InvariantCulture) : null));
    }

    private static async Task<Results<Ok<Envelope<ReplayAllDto>>, ProblemHttpResult>> ReplayAllAsync(
        RejectedMessages rejected,
        [AsParameters] RejectedQuery query,
        [Description("How many at most (default 1000)")] string? limit,
        [Description("The `next_cursor` of the answer before")] string? cursor,
        CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var filter = query.Parse(errors);
        var most = errors.Limit("limit", limit, MaxReplayed, DefaultReplayed);
        var after = errors.Cursor(cursor, 0);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var done = await rejected.ReplayAsync(filter, after, most, cancellationToken);
        return TypedResults.Ok(Envelope.Of(new ReplayAllDto(
            done.Count, done.Stored, done.Duplicates, done.Count - done.Stored - done.Duplicates, done.Last?.ToString(CultureInfo.InvariantCulture))));
    }

    private static async Task<Results<Ok<Envelope<ReplayDto>>, ProblemHttpResult>> ReplayAsync(
        long id, RejectedMessages rejected, CancellationToken cancellationToken) =>
        await rejected.ReplayAsync(id, cancellationToken) is { } outcome
            ? TypedResults.Ok(Envelope.Of(new ReplayDto(id, Name(outcome.Kind), outcome.Rejection?.Reason, outcome.Rejection?.Detail)))
            : Problems.NotFound($"There is no rejected message {id}.");

    private static async Task<Results<Ok<Confirmation<DiscardDto>>, ProblemHttpResult>> DiscardAsync(
        long id, RejectedMessages rejected, CancellationToken cancellationToken) =>
        await rejected.DiscardAsync(id, cancellationToken) ? Discarded(1) : Problems.NotFound($"There is no rejected message {id}.");

    private static async Task<Results<Ok<Confirmation<DiscardDto>>, ProblemHttpResult>> DiscardAllAsync(
        RejectedMessages rejected,
        [Description("Of this reason; required")] string? reason,
        [Description("Only of this device")] string? deviceId,
        CancellationToken cancellationToken)
    {
        var errors = new Errors();
        if (reason is null || !RejectionReasons.All.Contains(reason))
        {
            errors.Add("reason", $"must be one of {string.Join(", ", RejectionReasons.All)}");
            return errors.ToProblem();
        }

        return Discarded(await rejected.DiscardAsync(reason, deviceId, cancellationToken));
    }

    private static Ok<Confirmation<DiscardDto>> Discarded(int count) =>
        TypedResults.Ok(new Confirmation<DiscardDto>(new(count), count == 1 ? "1 message discarded." : $"{count} messages discarded."));

    private static string Name(OutcomeKind kind) => kind switch
    {
        OutcomeKind.Stored => "stored",
        OutcomeKind.Duplicate => "duplicate",
        _ => "rejected",
    };

    private static RejectedDto ToDto(this RejectedMessage message)
    {
        var text = Text(message.Payload);
        return new(
            message.Id, message.ReceivedAt, message.Topic, message.DeviceUid, message.Reason, message.Detail,
            text, text is null ? Convert.ToBase64String(message.Payload) : null, message.PayloadSize);
    }

    private static string? Text(byte[] payload)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(payload);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>A message that was refused.</summary>
/// <param name="Id">For replaying it.</param>
/// <param name="ReceivedAt">When it was received.</param>
/// <param name="Topic">The topic it came on.</param>
/// <param name="DeviceId">The device's uid; null when the topic is invalid.</param>
/// <param name="Reason">Why it was refused, for programs.</param>
/// <param name="Detail">The field and the rule, for people.</param>
/// <param name="Payload">What was sent, at most 8 KiB of it; null when it is not UTF-8.</param>
/// <param name="PayloadBase64">What was sent, when it is not UTF-8.</param>
/// <param name="PayloadSize">How long it was, bytes.</param>
internal sealed record RejectedDto(
    long Id, DateTimeOffset ReceivedAt, string Topic, string? DeviceId, [property: RejectionReason] string Reason, string Detail, string? Payload, string? PayloadBase64, int PayloadSize);

/// <summary>What was forgotten.</summary>
/// <param name="Discarded">How many messages.</param>
internal sealed record DiscardDto(int Discarded);

/// <summary>What became of a message that was tried again.</summary>
/// <param name="Id">The message.</param>
/// <param name="Outcome">stored, duplicate or rejected.</param>
/// <param name="Reason">Why it was refused again.</param>
/// <param name="Detail">The field and the rule.</param>
internal sealed record ReplayDto(long Id, [property: Choice("stored", "duplicate", "rejected")] string Outcome, string? Reason, string? Detail);

/// <summary>What became of messages that were tried again.</summary>
/// <param name="Tried">How many messages.</param>
/// <param name="Stored">How many of them are stored now.</param>
/// <param name="Duplicates">How many of them were stored before.</param>
/// <param name="Rejected">How many of them were refused again, and stay listed with the reason of now.</param>
/// <param name="NextCursor">For the next ones, as the query's `cursor`; null when there are no more.</param>
internal sealed record ReplayAllDto(int Tried, int Stored, int Duplicates, int Rejected, string? NextCursor);
