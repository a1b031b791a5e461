using TechTemp.Dashboard.Api;

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

/// <summary>The lowest and highest values of a day, °C and %.</summary>
public sealed record DayRange(double TemperatureMin, double TemperatureMax, double HumidityMin, double HumidityMax)
{
    /// <summary>With one more reading.</summary>
    public DayRange With(LatestReading reading) => new(
        Math.Min(TemperatureMin, reading.Temperature), Math.Max(TemperatureMax, reading.Temperature),
        Math.Min(HumidityMin, reading.Humidity), Math.Max(HumidityMax, reading.Humidity));
}

/// <summary>What the card of a sensor shows. A room with one sensor is that sensor's card.</summary>
/// <param name="Device">The sensor.</param>
/// <param name="IsRoom">Whether it is the only sensor of its room, so that its figures are the room's.</param>
/// <param name="Latest">Its newest reading.</param>
/// <param name="Today">The range of the viewer's day so far.</param>
/// <param name="HourAgo">The temperature of an hour ago, °C: the mean of a quarter of an hour around it.</param>
public sealed record RoomCard(Device Device, bool IsRoom, LatestReading? Latest, DayRange? Today, double? HourAgo)
{
    /// <summary>A change of less than this within an hour is none: three times a good sensor's noise, °C.</summary>
    public const double Steady = 0.3;

    private static readonly TimeSpan s_quarter = TimeSpan.FromMinutes(15);

    /// <summary>What stands above it: the room's name, or the sensor's where it stands nowhere. The label of one that was discovered is the same for all.</summary>
    public string Title => Device.Room?.Name ?? (Device.Provisioned ? Device.Label : null) ?? Device.Uid;

    /// <summary>By how much the temperature has changed within the last hour, °C, as exact as it is shown; null where there is nothing to compare with.</summary>
    public double? Change => Latest?.Temperature - HourAgo is { } change ? Math.Round(change, 1) : null;

    /// <summary>Where the temperature goes.</summary>
    public Trend? Trend => Change is not { } change ? null : change >= Steady ? Rooms.Trend.Up : change <= -Steady ? Rooms.Trend.Down : Rooms.Trend.Steady;

    /// <summary>Whose readings its figures are made of.</summary>
    public SeriesSource Source => IsRoom ? SeriesSource.Room(Device.Room!.Uid) : SeriesSource.Device(Device.Uid);

    /// <summary>Where their history is.</summary>
    public string History => IsRoom ? $"/history?room={Uri.EscapeDataString(Device.Room!.Uid)}" : $"/history?device={Uri.EscapeDataString(Device.Uid)}";

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
        return this with
        {
            Today = ofToday.Count == 0 ? null : new(
                ofToday.Min(b => b.TemperatureMin), ofToday.Max(b => b.TemperatureMax), ofToday.Min(b => b.HumidityMin), ofToday.Max(b => b.HumidityMax)),
            HourAgo = buckets.FirstOrDefault(b => b.Ts == hourAgo)?.Temperature,
        };
    }

    /// <summary>With a reading that has just come; unchanged when it is older than what is shown.</summary>
    public RoomCard With(LatestReading reading, DateTimeOffset today)
    {
        if (reading.Ts < Latest?.Ts)
        {
            return this;
        }

        return this with
        {
            Latest = reading,
            Device = Device.LastSeenAt < reading.Ts || Device.LastSeenAt is null ? Device with { LastSeenAt = reading.Ts, Status = "online" } : Device,
            Today = reading.Ts < today ? Today : Today?.With(reading) ?? new(reading.Temperature, reading.Temperature, reading.Humidity, reading.Humidity),
        };
    }

    private static DateTimeOffset Floor(DateTimeOffset moment) => new(moment.UtcTicks - moment.UtcTicks % s_quarter.Ticks, TimeSpan.Zero);
}
