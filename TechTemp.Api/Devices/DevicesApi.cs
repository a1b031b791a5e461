using Microsoft.AspNetCore.Http.HttpResults;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Devices;
using TechTemp.Data.Registries;
using TechTemp.Data.Replay;
using TechTemp.Readings.Devices;
using TechTemp.Readings.Rules;
using TechTemp.ServiceDefaults.Requests;

namespace TechTemp.Api.Devices;

/// <summary>The devices: listed, provisioned, moved, deleted.</summary>
internal static class DevicesApi
{
    internal const string Example =
        """{"uid":"sensor-01","room":{"uid":"salon","name":"Salon"},"label":"Window","model":"AHT20","home":"home1","provisioned":true,"status":"online","created_at":"2025-09-01T08:00:00.000Z","last_seen_at":"2025-09-10T20:54:45.793Z"}""";

    public static RouteGroupBuilder MapDevices(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/devices").WithTags("Devices");

        group.MapGet("/", ListAsync)
            .WithName("GetDevices")
            .WithSummary("Devices, ordered by uid, in pages; the filters can be combined")
            .WithDescription("Without `limit` a page has up to 1,000 devices. Where `next_cursor` is not null there are more: ask again with it as `cursor`, and with the same filters.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .WithNumberParameter("limit", DeviceListQuery.MaxLimit)
            .WithFlagParameter("provisioned")
            .WithChoiceParameter("status", DeviceStatusTexts.Online, DeviceStatusTexts.Late, DeviceStatusTexts.Offline, DeviceStatusTexts.Never)
            .WithExample($$"""{"data":[{{Example}}],"next_cursor":null}""");

        group.MapGet("/{uid}", GetAsync)
            .WithName("GetDevice")
            .WithSummary("One device")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithExample($$"""{"data":{{Example}}}""");

        group.MapPost("/", CreateAsync)
            .WithName("CreateDevice")
            .WithSummary("Gives a device its place: a new one, or one that registered itself. Readings that were held for it are stored")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithRequestExample("""{"device_uid":"sensor-01","room_name":"Salon","label":"Window"}""")
            .WithExample($$$"""{"data":{"device":{{{Example}}},"room":{"uid":"salon","name":"Salon"}},"message":"Device sensor-01 provisioned in Salon."}""", StatusCodes.Status201Created);

        group.MapPut("/{uid}", UpdateAsync)
            .WithName("UpdateDevice")
            .WithSummary("Changes a device's label and room; what is absent stays, a label of null is cleared")
            .WithDescription(
                "Of the fields only `label` can be cleared: a client that sends fields which are not set as null clears the label with each PUT. "
                + "It should send `label`, or use PATCH, which says of every field whether it stays, changes or is cleared.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithRequestExample("""{"room_name":"Kitchen","moved_at":"2025-09-10T18:00:00Z"}""")
            .WithExample($$$"""{"data":{"device":{{{Example}}},"room":{"uid":"salon","name":"Salon"}},"message":"Device sensor-01 updated."}""");

        group.MapDelete("/{uid}", DeleteAsync)
            .WithName("DeleteDevice")
            .WithSummary("Deletes a device; one that has readings only together with them, by ?readings=delete")
            .WithChoiceParameter("readings", "delete")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .WithExample("""{"data":{"uid":"sensor-01"},"message":"Device sensor-01 deleted."}""");

        group.MapGet("/{uid}/placements", PlacementsAsync)
            .WithName("GetPlacements")
            .WithSummary("The rooms that a device has stood in, newest first. It is moved by PUT /api/v1/devices/{uid}, with moved_at in the past, too")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithExample("""{"data":[{"room":{"uid":"kitchen","name":"Kitchen"},"from":"2025-09-10T18:00:00.000Z","to":null},{"room":{"uid":"salon","name":"Salon"},"from":"2025-09-01T08:00:00.000Z","to":"2025-09-10T18:00:00.000Z"}]}""");

        return group;
    }

    private static async Task<Results<Ok<Page<DeviceDto>>, ProblemHttpResult>> ListAsync(
        [AsParameters] DeviceListQuery query, DeviceRegistry devices, DeviceStatusRule status, TimeProvider time, CancellationToken cancellationToken)
    {
        var (errors, now) = (new Errors(), time.GetUtcNow());
        var (filter, after, limit) = query.Parse(errors, status, now);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var found = await devices.ListAsync(filter, after, limit + 1, cancellationToken);
        var page = found.Take(limit).Select(d => d.ToDto(status, now)).ToList();
        return TypedResults.Ok(new Page<DeviceDto>(page, found.Count > limit ? page[^1].Uid : null));
    }

    private static async Task<Results<Ok<Envelope<DeviceDto>>, ProblemHttpResult>> GetAsync(
        string uid, DeviceRegistry devices, DeviceStatusRule status, TimeProvider time, CancellationToken cancellationToken) =>
        await devices.FindAsync(uid, cancellationToken) is { } device
            ? TypedResults.Ok(Envelope.Of(device.ToDto(status, time.GetUtcNow())))
            : Problems.NoDevice(uid);

    private static async Task<Results<Created<Confirmation<DeviceWithRoom>>, ProblemHttpResult>> CreateAsync(
        CreateDevice body, DeviceRegistry devices, RejectedMessages rejected, DeviceStatusRule status, TimeProvider time, HttpRequest request, CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var provisioning = new Provisioning(
            errors.Uid("device_uid", body.DeviceUid, required: true)!,
            errors.Text("room_name", body.RoomName, required: body.RoomUid is null),
            errors.Uid("room_uid", body.RoomUid),
            errors.Text("label", body.Label),
            errors.Text("model", body.Model),
            errors.Uid("home", body.Home));
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var uid = provisioning.Uid;
        switch (await devices.ProvisionAsync(provisioning, cancellationToken))
        {
            case DeviceOutcome.AlreadyProvisioned:
                return Problems.Conflict($"Device {uid} exists already. Change it with PUT /api/v1/devices/{uid}.");
            case DeviceOutcome.UnknownRoom:
                return UnknownRoom(provisioning.RoomUid);
            default:
                var held = await rejected.CountHeldAsync(uid, cancellationToken);
                var more = held == 0 ? "" : $" {held} readings that were held for it are being stored.";
                // Somebody may delete it before it is read again.
                return (await devices.FindAsync(uid, cancellationToken))?.ToDto(status, time.GetUtcNow()) is { } device
                    ? TypedResults.Created(request.PathTo($"/api/v1/devices/{uid}"), new Confirmation<DeviceWithRoom>(new(device, device.Room), $"Device {uid} provisioned in {device.Room!.Name}.{more}"))
                    : Problems.Conflict($"Device {uid} was provisioned, and deleted again meanwhile.");
        }
    }

    private static Task<Results<Ok<Confirmation<DeviceWithRoom>>, ProblemHttpResult>> UpdateAsync(
        string uid, UpdateDevice body, DeviceRegistry devices, DeviceStatusRule status, TimeProvider time, CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var change = new DeviceChange(
            body.SetsLabel,
            errors.Text("label", body.Label),
            errors.Text("room_name", body.RoomName),
            errors.Uid("room_uid", body.RoomUid),
            body.MovedAt);
        return ChangeAsync(uid, change, errors, devices, status, time, cancellationToken);
    }

    /// <summary>Makes a change whose fields are right, or have their errors noted, and answers with the device.</summary>
    internal static async Task<Results<Ok<Confirmation<DeviceWithRoom>>, ProblemHttpResult>> ChangeAsync(
        string uid, DeviceChange change, Errors errors, DeviceRegistry devices, DeviceStatusRule status, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (change.MovedAt is not null && !change.NamesRoom && !change.LeavesRoom)
        {
            errors.Add("moved_at", "needs room_name or room_uid: the room that it was moved to");
        }

        if (change.MovedAt > now || change.MovedAt?.ToUnixTimeMilliseconds() < ReadingRules.MinTs)
        {
            errors.Add("moved_at", "must be from 2000-01-01 until now");
        }

        if (errors.Any)
        {
            return errors.ToProblem();
        }

        switch (await devices.UpdateAsync(uid, change, cancellationToken))
        {
            case DeviceOutcome.NotFound:
                return Problems.NoDevice(uid);
            case DeviceOutcome.UnknownRoom:
                return UnknownRoom(change.RoomUid);
            default:
                return (await devices.FindAsync(uid, cancellationToken))?.ToDto(status, now) is { } device
                    ? TypedResults.Ok(new Confirmation<DeviceWithRoom>(new(device, device.Room), $"Device {uid} updated."))
                    : Problems.NoDevice(uid);
        }
    }

    private static async Task<Results<Ok<Confirmation<DeletedDevice>>, ProblemHttpResult>> DeleteAsync(
        string uid, string? readings, DeviceRegistry devices, CancellationToken cancellationToken)
    {
        if (readings is not (null or "delete"))
        {
            var errors = new Errors();
            errors.Add("readings", "must be delete, or absent");
            return errors.ToProblem();
        }

        return await devices.DeleteAsync(uid, withReadings: readings is not null, cancellationToken) switch
        {
            DeviceOutcome.NotFound => Problems.NoDevice(uid),
            DeviceOutcome.HasReadings => Problems.Conflict($"Device {uid} has readings. With ?readings=delete they are deleted too."),
            _ => TypedResults.Ok(new Confirmation<DeletedDevice>(new(uid), $"Device {uid} deleted.")),
        };
    }

    private static async Task<Results<Ok<Envelope<IReadOnlyList<PlacementDto>>>, ProblemHttpResult>> PlacementsAsync(
        string uid, DeviceRegistry devices, CancellationToken cancellationToken)
    {
        if (await devices.PlacementsAsync(uid, cancellationToken) is not { } placements)
        {
            return Problems.NoDevice(uid);
        }

        IReadOnlyList<PlacementDto> list = [.. placements.Select(p => p.ToDto())];
        return TypedResults.Ok(Envelope.Of(list));
    }

    private static ProblemHttpResult UnknownRoom(string? uid)
    {
        var errors = new Errors();
        errors.Add("room_uid", $"names no room ({uid}); with room_name it is created");
        return errors.ToProblem();
    }
}

/// <summary>A device that is gone.</summary>
/// <param name="Uid">What its uid was.</param>
internal sealed record DeletedDevice(string Uid);
