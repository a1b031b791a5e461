using System.Globalization;

namespace TechTemp.Testing;

/// <summary>Readings as devices publish them.</summary>
public static class SampleReading
{
    /// <summary>2025-09-10T20:54:45.793Z.</summary>
    public const long Ts = 1_757_537_685_793;

    /// <summary><see cref="Ts"/> as the API writes it.</summary>
    public const string TsText = "2025-09-10T20:54:45.793Z";

    /// <summary>The home of the devices in tests.</summary>
    public const string Home = "home1";

    /// <summary>A payload.</summary>
    public static string Payload(long ts = Ts, double temperature = 21.02, double humidity = 63.33) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"ts": {{ts}}, "temperature_c": {{temperature:R}}, "humidity_pct": {{humidity:R}}}""");

    /// <summary>The topic of a device's readings.</summary>
    public static string Topic(string device, string home = Home) => $"home/{home}/sensors/{device}/reading";

    /// <summary>The topic of a device's state.</summary>
    public static string StateTopic(string device, string home = Home) => $"home/{home}/sensors/{device}/state";

    /// <summary>A time as the API writes it.</summary>
    public static string Text(long ts) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ts).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
