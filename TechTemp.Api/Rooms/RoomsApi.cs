using Microsoft.AspNetCore.Http.HttpResults;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Registries;
using TechTemp.ServiceDefaults.Requests;

namespace TechTemp.Api.Rooms;

/// <summary>The rooms.</summary>
internal static class RoomsApi
{
    private const string Example = """{"uid":"salon","name":"Salon","floor":"0","side":"south","comfort":{"temperature_min":19,"temperature_max":24,"humidity_min":null,"humidity_max":null}}""";

    public static RouteGroupBuilder MapRooms(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/rooms").WithTags("Rooms");

        group.MapGet("/", ListAsync)
            .WithName("GetRooms")
            .WithSummary("All rooms, ordered by name")
            .WithExample($$"""{"data":[{{Example}}]}""");

        group.MapGet("/{uid}", GetAsync)
            .WithName("GetRoom")
            .WithSummary("One room")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithExample($$"""{"data":{{Example}}}""");

        group.MapPost("/", CreateAsync)
            .WithName("CreateRoom")
            .WithSummary("Creates a room; without a uid it is made from the name")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithRequestExample("""{"name":"Salon","floor":"0","side":"south"}""")
            .WithExample($$"""{"data":{{Example}}}""", StatusCodes.Status201Created);

        group.MapPut("/{uid}", UpdateAsync)
            .WithName("UpdateRoom")
            .WithSummary("Changes a room; what is absent stays, a floor, side or comfort of null is cleared")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithRequestExample("""{"name":"Living room","comfort":{"temperature_min":19,"temperature_max":24}}""")
            .WithExample($$"""{"data":{{Example}}}""");

        group.MapPost("/{uid}/merge", MergeAsync)
            .WithName("MergeRoom")
            .WithSummary("Makes a room part of another one: its devices and readings, past ones too, count for that one, and it is deleted")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithRequestExample("""{"into":"salon"}""")
            .WithExample($$"""{"data":{{Example}},"message":"Room living-room is part of Salon."}""");

        group.MapDelete("/{uid}", DeleteAsync)
            .WithName("DeleteRoom")
            .WithSummary("Deletes a room that no device stands or stood in")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithExample("""{"data":{"uid":"salon"},"message":"Room salon deleted."}""");

        return group;
    }

    private static async Task<Ok<Envelope<IReadOnlyList<RoomDto>>>> ListAsync(RoomRegistry rooms, CancellationToken cancellationToken)
    {
        IReadOnlyList<RoomDto> list = [.. (await rooms.ListAsync(cancellationToken)).Select(r => r.ToDto())];
        return TypedResults.Ok(Envelope.Of(list));
    }

    private static async Task<Results<Ok<Envelope<RoomDto>>, ProblemHttpResult>> GetAsync(string uid, RoomRegistry rooms, CancellationToken cancellationToken) =>
        await rooms.FindAsync(uid, cancellationToken) is { } room ? TypedResults.Ok(Envelope.Of(room.ToDto())) : Problems.NoRoom(uid);

    private static async Task<Results<Created<Envelope<RoomDto>>, ProblemHttpResult>> CreateAsync(
        CreateRoom body, RoomRegistry rooms, HttpRequest request, CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var name = errors.Text("name", body.Name, required: true);
        var uid = errors.Uid("uid", body.Uid);
        var floor = errors.Text("floor", body.Floor);
        var side = errors.Text("side", body.Side);
        var comfort = body.Comfort.Parse(errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        return await rooms.CreateAsync(name!, uid, floor, side, comfort, cancellationToken) is { } room
            ? TypedResults.Created(request.PathTo($"/api/v1/rooms/{room.Uid}"), Envelope.Of(room.ToDto()))
            : Problems.Conflict($"Room {uid ?? name} exists already.");
    }

    private static async Task<Results<Ok<Envelope<RoomDto>>, ProblemHttpResult>> UpdateAsync(
        string uid, UpdateRoom body, RoomRegistry rooms, CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var name = errors.Text("name", body.Name, required: body.SetsName);
        var floor = errors.Text("floor", body.Floor);
        var side = errors.Text("side", body.Side);
        var comfort = body.Comfort.Parse(errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var room = await rooms.UpdateAsync(
            uid,
            r =>
            {
                r.Name = name ?? r.Name;
                r.Floor = body.SetsFloor ? floor : r.Floor;
                r.Side = body.SetsSide ? side : r.Side;
                r.Comfort = body.SetsComfort ? comfort : r.Comfort;
            },
            cancellationToken);
        return room is null ? Problems.NoRoom(uid) : TypedResults.Ok(Envelope.Of(room.ToDto()));
    }

    private static async Task<Results<Ok<Confirmation<RoomDto>>, ProblemHttpResult>> MergeAsync(
        string uid, MergeRoom body, RoomRegistry rooms, CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var into = errors.Uid("into", body.Into, required: true);
        if (into == uid)
        {
            errors.Add("into", "must be another room");
        }
        else if (!errors.Any && await rooms.FindAsync(into!, cancellationToken) is null)
        {
            errors.Add("into", $"names no room ({into})");
        }

        if (errors.Any)
        {
            return errors.ToProblem();
        }

        return await rooms.MergeAsync(uid, into!, cancellationToken) is { } room
            ? TypedResults.Ok(new Confirmation<RoomDto>(room.ToDto(), $"Room {uid} is part of {room.Name}."))
            : Problems.NoRoom(uid);
    }

    private static async Task<Results<Ok<Confirmation<DeletedRoom>>, ProblemHttpResult>> DeleteAsync(
        string uid, RoomRegistry rooms, CancellationToken cancellationToken) =>
        await rooms.DeleteAsync(uid, cancellationToken) switch
        {
            RoomDeletion.NotFound => Problems.NoRoom(uid),
            RoomDeletion.InUse => Problems.Conflict($"A device stands or stood in room {uid}: its readings belong to the room. It can be merged into another one."),
            _ => TypedResults.Ok(new Confirmation<DeletedRoom>(new(uid), $"Room {uid} deleted.")),
        };
}
