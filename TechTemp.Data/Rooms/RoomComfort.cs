namespace TechTemp.Data.Rooms;

/// <summary>Between which values a room is comfortable; null for each limit that is the default of whoever shows it.</summary>
/// <param name="TemperatureMin">Lowest temperature, °C.</param>
/// <param name="TemperatureMax">Highest temperature, °C.</param>
/// <param name="HumidityMin">Lowest relative humidity, %.</param>
/// <param name="HumidityMax">Highest relative humidity, %.</param>
public sealed record RoomComfort(double? TemperatureMin, double? TemperatureMax, double? HumidityMin, double? HumidityMax)
{
    /// <summary>No limit of its own.</summary>
    public static RoomComfort None { get; } = new(null, null, null, null);
}
