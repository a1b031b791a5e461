using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Fleets;

namespace TechTemp.Dashboard.Rooms;

/// <summary>Where the temperature goes.</summary>
public enum Trend
{
    /// <summary>It stays, by less than <see cref="RoomCard.Steady"/>.</summary>
    Steady,

    /// <summary>It rises.</summary>
    Up,

    /// <summary>It falls.</summary>
    Down,
}

/// <summary>The lowest and highest values of a day, °C and %; null where none was measured.</summary>
public sealed record DayRange(double? TemperatureMin, double? TemperatureMax, double? HumidityMin, double? HumidityMax)
{
    /// <summary>The range of one reading.</summary>
    public static DayRange Of(LatestReading reading) => new(reading.Temperature, reading.Temperature, reading.Humidity, reading.Humidity);

    /// <summary>With one more reading.</summary>
    public DayRange With(LatestReading reading) => new(
        Least(TemperatureMin, reading.Temperature), Greatest(TemperatureMax, reading.Temperature), Least(HumidityMin, reading.Humidity), Greatest(HumidityMax, reading.Humidity));

    private static double? Least(double? a, double? b) => b is null || a < b ? a : b;

    private static double? Greatest(double? a, double? b) => b is null || a > b ? a : b;
}

/// <summary>The newest values of a card: a sensor's, or the means of those of a room's sensors that measure a quantity.</summary>
/// <param name="Ts">Time of the newest one.</param>
/// <param name="Temperature">°C; null when it was not measured.</param>
/// <param name="Humidity">Relative humidity, %; null when it was not measured.</param>
/// <param name="Co2">Carbon dioxide, ppm; null when it was not measured.</param>
/// <param name="Count">How many sensors measure, at most, one of these.</param>
public sealed record CardValues(DateTimeOffset Ts, double? Temperature, double? Humidity, double? Co2, int Count);

/// <summary>What a card shows: a room with its sensors, or a sensor that stands in no room.</summary>
/// <param name="Sensors">The sensors, by name; never empty.</param>
/// <param name="Today">The range of the viewer's day so far.</param>
/// <param name="HourAgo">The temperature of an hour ago, °C: the mean of a quarter of an hour around it.</param>
public sealed record RoomCard(IReadOnlyList<Sensor> Sensors, DayRange? Today, double? HourAgo)
{
    /// <summary>A change of less than this within an hour is none: three times a good sensor's noise, °C.</summary>
    public const double Steady = 0.3;

    private static readonly TimeSpan s_quarter = TimeSpan.FromMinutes(15);

    /// <summary>Between which values it is comfortable.</summary>
    public ComfortLimits Limits { get; init; } = ComfortLimits.Default;

    /// <summary>The room; null for a sensor that stands in none.</summary>
    public RoomName? Room => Sensors[0].Device.Room;

    /// <summary>Its only sensor; null for a room with several.</summary>
    public Sensor? OnlySensor => Sensors.Count == 1 ? Sensors[0] : null;

    /// <summary>A name that no other card has.</summary>
    public string Key => Room is null ? $"device-{Sensors[0].Device.Uid}" : $"room-{Room.Uid}";

    /// <summary>Its heading: the room's name, or the sensor's.</summary>
    public string Title => Room?.Name ?? Sensors[0].Name;

    /// <summary>The worst status of its sensors.</summary>
    public string Status => Sensors.MinBy(s => FleetQuery.Rank(s.Status))!.Status;

    /// <summary>The newest values; null without a reading. A sensor that is offline does not count beside others that are not.</summary>
    public CardValues? Values { get; } = ValuesOf(Sensors);

    /// <summary>By how much the temperature has changed within the last hour, °C, as exact as it is shown; null where there is nothing to compare with.</summary>
    public double? Change => Values?.Temperature - HourAgo is { } change ? Math.Round(change, 1) : null;

    /// <summary>Where the temperature goes.</summary>
    public Trend? Trend => Change is not { } change ? null : change >= Steady ? Rooms.Trend.Up : change <= -Steady ? Rooms.Trend.Down : Rooms.Trend.Steady;

    /// <summary>The sensors whose battery is low. One that is offline counts too: that may be why it is.</summary>
    public IEnumerable<Sensor> LowBatteries => Sensors.Where(s => s.LowBattery is not null);

    /// <summary>Whose readings its figures are made of.</summary>
    public SeriesSource Source => Room is null ? SeriesSource.Device(Sensors[0].Device.Uid) : SeriesSource.Room(Room.Uid);

    /// <summary>Where their history is.</summary>
    public string History => Room is null ? $"history?device={Uri.EscapeDataString(Sensors[0].Device.Uid)}" : $"history?room={Uri.EscapeDataString(Room.Uid)}";

    /// <summary>One card for each room, and one for each sensor without a room; in no order, without figures of the day.</summary>
    public static List<RoomCard> Of(IEnumerable<Sensor> sensors) =>
    [
        .. sensors
            .GroupBy(s => s.Device.Room is { } room ? (room.Uid, "") : ("", s.Device.Uid))
            .Select(group => new RoomCard([.. group.OrderBy(s => SearchWords.Fold(s.Name), SearchWords.Order).ThenBy(s => s.Device.Uid, StringComparer.Ordinal)], null, null)),
    ];

    /// <summary>From when buckets are needed for <see cref="WithBuckets"/>.</summary>
    public static DateTimeOffset BucketsFrom(DateTimeOffset now, DateTimeOffset today)
    {
        var hourAgo = Floor(now - TimeSpan.FromHours(1));
        return today < hourAgo ? today : hourAgo;
    }

    /// <summary>With the figures of the day and of an hour ago.</summary>
    /// <param name="buckets">Its quarters of an hour since <see cref="BucketsFrom"/>.</param>
    /// <param name="now">Now.</param>
    /// <param name="today">The first moment of the viewer's day.</param>
    public RoomCard WithBuckets(IReadOnlyList<Bucket> buckets, DateTimeOffset now, DateTimeOffset today)
    {
        var ofToday = buckets.Where(b => b.Ts >= today).ToList();
        var hourAgo = Floor(now - TimeSpan.FromHours(1));
        var range = ofToday.Count == 0 ? null : new DayRange(
            ofToday.Min(b => b.Values[Quantity.Temperature.MinKey]),
            ofToday.Max(b => b.Values[Quantity.Temperature.MaxKey]),
            ofToday.Min(b => b.Values[Quantity.Humidity.MinKey]),
            ofToday.Max(b => b.Values[Quantity.Humidity.MaxKey]));
        return (this with { Today = range, HourAgo = buckets.FirstOrDefault(b => b.Ts == hourAgo)?.Values[Quantity.TemperatureKey] }).With(Sensors, today);
    }

    /// <summary>With the sensors of now; their newest readings widen the day.</summary>
    public RoomCard With(IReadOnlyList<Sensor> sensors, DateTimeOffset today)
    {
        var range = sensors.Select(s => s.Latest).OfType<LatestReading>().Where(r => r.Ts >= today)
            .Aggregate(Today, (day, r) => day?.With(r) ?? DayRange.Of(r));
        return new(sensors, range, HourAgo) { Limits = Limits };
    }

    private static CardValues? ValuesOf(IReadOnlyList<Sensor> sensors)
    {
        var readings = sensors.Where(s => s is { Latest: not null, Status: not "offline" }).Select(s => s.Latest!).ToList();
        readings = readings.Count > 0 ? readings : [.. sensors.Select(s => s.Latest).OfType<LatestReading>()];
        if (readings.Count == 0)
        {
            return null;
        }

        var (temperature, humidity, co2) = (Mean(readings, Quantity.TemperatureKey), Mean(readings, Quantity.HumidityKey), Mean(readings, Quantity.Co2Key));
        return new(readings.Max(r => r.Ts), temperature.Value, humidity.Value, co2.Value, Math.Max(Math.Max(temperature.Count, humidity.Count), co2.Count));
    }

    // Without a list in between: every device has its card before one page of them is chosen.
    private static (double? Value, int Count) Mean(List<LatestReading> readings, string key)
    {
        var (sum, count) = (0.0, 0);
        foreach (var reading in readings)
        {
            if (reading.Values[key] is { } value)
            {
                (sum, count) = (sum + value, count + 1);
            }
        }

        return (count == 0 ? null : sum / count, count);
    }

    private static DateTimeOffset Floor(DateTimeOffset moment) => new(moment.UtcTicks - moment.UtcTicks % s_quarter.Ticks, TimeSpan.Zero);
}
