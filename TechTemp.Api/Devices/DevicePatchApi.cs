using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Devices;
using TechTemp.Data.Registries;
using TechTemp.Readings.Devices;

namespace TechTemp.Api.Devices;

/// <summary>Changes a device by a JSON merge patch (RFC 7396): what is absent stays, null clears.</summary>
internal static class DevicePatchApi
{
    public const string ContentType = "application/merge-patch+json";

    public static RouteHandlerBuilder MapDevicePatch(this IEndpointRouteBuilder routes) =>
        routes.MapPatch("/devices/{uid}", PatchAsync)
            .WithTags("Devices")
            .WithName("PatchDevice")
            .WithSummary("Changes a device by a JSON merge patch: what is absent stays, null clears")
            .WithDescription(
                "A `room_name` or `room_uid` of null takes the device out of its room. Clients that send fields which are not set as null "
                + "must leave them out: each null clears.")
            .Accepts<PatchDevice>(ContentType)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithRequestExample("""{"label":null,"room_name":"Kitchen"}""", ContentType)
            .WithExample($$$"""{"data":{"device":{{{DevicesApi.Example}}},"room":{"uid":"salon","name":"Salon"}},"message":"Device sensor-01 updated."}""");

    private static Task<Results<Ok<Confirmation<DeviceWithRoom>>, ProblemHttpResult>> PatchAsync(
        string uid, PatchDevice body, DeviceRegistry devices, DeviceStatusRule status, TimeProvider time, CancellationToken cancellationToken)
    {
        var errors = new Errors();
        var change = new DeviceChange(
            body.SetsLabel,
            errors.Text("label", body.Label),
            errors.Text("room_name", body.RoomName),
            errors.Uid("room_uid", body.RoomUid),
            body.MovedAt)
        {
            SetsModel = body.SetsModel,
            Model = errors.Text("model", body.Model),
            LeavesRoom = body.SetsRoom && body.RoomName is null && body.RoomUid is null,
        };
        return DevicesApi.ChangeAsync(uid, change, errors, devices, status, time, cancellationToken);
    }
}

/// <summary>What to change about a device. What is absent stays; null clears.</summary>
internal sealed class PatchDevice
{
    /// <summary>What people call it; null clears it.</summary>
    public string? Label
    {
        get;
        set => (field, SetsLabel) = (value, true);
    }

    /// <summary>The hardware; null clears it.</summary>
    public string? Model
    {
        get;
        set => (field, SetsModel) = (value, true);
    }

    /// <summary>The new room's name; the room is created when new. Null takes the device out of its room.</summary>
    public string? RoomName
    {
        get;
        set => (field, SetsRoom) = (value, true);
    }

    /// <summary>The new room's uid, instead of its name or for a new room. Null takes the device out of its room.</summary>
    public string? RoomUid
    {
        get;
        set => (field, SetsRoom) = (value, true);
    }

    /// <summary>Since when it stands there, or no longer does (default now): readings since then count accordingly.</summary>
    public DateTimeOffset? MovedAt { get; set; }

    /// <summary>Whether the body names the label at all.</summary>
    [JsonIgnore]
    public bool SetsLabel { get; private set; }

    /// <summary>Whether the body names the model at all.</summary>
    [JsonIgnore]
    public bool SetsModel { get; private set; }

    /// <summary>Whether the body names a room, or none, at all.</summary>
    [JsonIgnore]
    public bool SetsRoom { get; private set; }
}
