using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TechTemp.Api.Http;
using TechTemp.Data.Rooms;
using TechTemp.Readings.Quantities;

namespace TechTemp.Api.Rooms;

/// <summary>A place that sensors stand in.</summary>
/// <param name="Uid">Its uid, never changed.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Floor">The floor it is on.</param>
/// <param name="Side">The side of the building it is on.</param>
/// <param name="Comfort">Between which values it is comfortable; null for the defaults.</param>
internal sealed record RoomDto(string Uid, string Name, string? Floor, string? Side, ComfortDto? Comfort);

/// <summary>Between which values a room is comfortable. A limit that is absent or null is the default of whoever shows the room.</summary>
/// <param name="TemperatureMin">Lowest temperature, °C, from -40 to 85.</param>
/// <param name="TemperatureMax">Highest temperature, °C, from -40 to 85.</param>
/// <param name="HumidityMin">Lowest relative humidity, %, from 0 to 100.</param>
/// <param name="HumidityMax">Highest relative humidity, %, from 0 to 100.</param>
internal sealed record ComfortDto(double? TemperatureMin = null, double? TemperatureMax = null, double? HumidityMin = null, double? HumidityMax = null);

/// <summary>A room to create.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Uid">Its uid; made from the name when absent.</param>
/// <param name="Floor">The floor it is on.</param>
/// <param name="Side">The side of the building it is on.</param>
/// <param name="Comfort">Between which values it is comfortable.</param>
internal sealed record CreateRoom([property: Required] string? Name, string? Uid = null, string? Floor = null, string? Side = null, ComfortDto? Comfort = null);

/// <summary>What to change about a room. What is absent stays.</summary>
internal sealed class UpdateRoom
{
    /// <summary>What people call it.</summary>
    public string? Name
    {
        get;
        set => (field, SetsName) = (value, true);
    }

    /// <summary>The floor it is on; null clears it.</summary>
    public string? Floor
    {
        get;
        set => (field, SetsFloor) = (value, true);
    }

    /// <summary>The side of the building it is on; null clears it.</summary>
    public string? Side
    {
        get;
        set => (field, SetsSide) = (value, true);
    }

    /// <summary>Between which values it is comfortable, all limits together; null for the defaults.</summary>
    public ComfortDto? Comfort
    {
        get;
        set => (field, SetsComfort) = (value, true);
    }

    /// <summary>Whether the body names the name at all.</summary>
    [JsonIgnore]
    public bool SetsName { get; private set; }

    /// <summary>Whether the body names the floor at all.</summary>
    [JsonIgnore]
    public bool SetsFloor { get; private set; }

    /// <summary>Whether the body names the side at all.</summary>
    [JsonIgnore]
    public bool SetsSide { get; private set; }

    /// <summary>Whether the body names the comfort at all.</summary>
    [JsonIgnore]
    public bool SetsComfort { get; private set; }
}

/// <summary>The room that another one becomes part of.</summary>
/// <param name="Into">Its uid.</param>
internal sealed record MergeRoom([property: Required] string? Into);

/// <summary>A room that is gone.</summary>
/// <param name="Uid">What its uid was.</param>
internal sealed record DeletedRoom(string Uid);

internal static class RoomMapping
{
    public static RoomDto ToDto(this Room room) => new(
        room.Uid,
        room.Name,
        room.Floor,
        room.Side,
        room.Comfort is { } comfort ? new(comfort.TemperatureMin, comfort.TemperatureMax, comfort.HumidityMin, comfort.HumidityMax) : null);

    /// <summary>Checks limits of comfort; null for none.</summary>
    public static RoomComfort? Parse(this ComfortDto? comfort, Errors errors)
    {
        if (comfort is null)
        {
            return null;
        }

        errors.Limits("comfort.temperature", comfort.TemperatureMin, comfort.TemperatureMax, QuantityRegistry.Temperature.Least, QuantityRegistry.Temperature.Greatest, "°C");
        errors.Limits("comfort.humidity", comfort.HumidityMin, comfort.HumidityMax, QuantityRegistry.Humidity.ShownLeast, QuantityRegistry.Humidity.ShownGreatest, "%");
        return new(comfort.TemperatureMin, comfort.TemperatureMax, comfort.HumidityMin, comfort.HumidityMax);
    }

    private static void Limits(this Errors errors, string field, double? min, double? max, double lowest, double highest, string unit)
    {
        foreach (var (name, value) in new[] { ($"{field}_min", min), ($"{field}_max", max) })
        {
            if (value is { } number && !(number >= lowest && number <= highest))
            {
                errors.Add(name, $"must be from {lowest} to {highest} {unit}");
            }
        }

        if (min >= max)
        {
            errors.Add($"{field}_max", $"must be above {field}_min");
        }
    }
}
