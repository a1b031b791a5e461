using System.Collections.Frozen;

namespace TechTemp.Readings.Quantities;

/// <summary>All quantities. A new one is a property, its place in <see cref="All"/> and one more in <see cref="Count"/>.</summary>
public static class QuantityRegistry
{
    /// <summary>How many there are. Their ids are 1 to this.</summary>
    public const int Count = 10;

    /// <summary>Air temperature. The range is that of common sensors, AHT20 and SHT4x among them.</summary>
    public static Quantity Temperature { get; } = new(1, "temperature", "temperature_c", "°C", -40, 85, 1, 20, new("Temperature", "Température"));

    /// <summary>Relative humidity. Above 100 % the sensor is wet: the value is stored, and shown as 100.</summary>
    public static Quantity Humidity { get; } = new(2, "humidity", "humidity_pct", "%", 0, 105, 0, 50, new("Humidity", "Humidité"))
    {
        ShownLeast = 0,
        ShownGreatest = 100,
    };

    /// <summary>Atmospheric pressure, not reduced to sea level.</summary>
    public static Quantity Pressure { get; } = new(3, "pressure", "pressure_hpa", "hPa", 300, 1100, 1, 50, new("Pressure", "Pression"));

    /// <summary>Carbon dioxide in air.</summary>
    public static Quantity Co2 { get; } = new(4, "co2", "co2_ppm", "ppm", 0, 40_000, 0, 1000, new("CO₂", "CO₂"));

    /// <summary>Particles of up to 2.5 µm in air.</summary>
    public static Quantity Pm25 { get; } = new(5, "pm25", "pm25_ugm3", "µg/m³", 0, 1_000, 1, 100, new("PM2.5", "PM2,5"));

    /// <summary>Volatile organic compounds, as an index of the sensor's maker: 100 is the usual air of the place.</summary>
    public static Quantity VocIndex { get; } = new(6, "voc_index", "voc_index", "", 0, 500, 0, 100, new("VOC index", "Indice COV"));

    /// <summary>Illuminance.</summary>
    public static Quantity Illuminance { get; } = new(7, "illuminance", "illuminance_lx", "lx", 0, 200_000, 0, 10_000, new("Illuminance", "Éclairement"));

    /// <summary>Charge of the battery.</summary>
    public static Quantity Battery { get; } = new(8, "battery", "battery_pct", "%", 0, 100, 0, 20, new("Battery", "Batterie"));

    /// <summary>Voltage of the battery.</summary>
    public static Quantity Voltage { get; } = new(9, "voltage", "battery_v", "V", 0, 60, 2, 1, new("Voltage", "Tension"));

    /// <summary>Strength of the received radio signal.</summary>
    public static Quantity SignalStrength { get; } = new(10, "signal", "signal_dbm", "dBm", -150, 20, 0, 20, new("Signal strength", "Puissance du signal"));

    /// <summary>All of them, by their ids.</summary>
    public static IReadOnlyList<Quantity> All { get; } =
        [Temperature, Humidity, Pressure, Co2, Pm25, VocIndex, Illuminance, Battery, Voltage, SignalStrength];

    private static readonly Quantity[] s_all = [.. All];
    private static readonly Quantity?[] s_byId = [.. Enumerable.Range(0, 256).Select(id => All.SingleOrDefault(q => q.Id == id))];
    private static readonly FrozenDictionary<string, Quantity> s_byKey = All.ToFrozenDictionary(q => q.Key, StringComparer.Ordinal);
    private static readonly FrozenDictionary<string, Quantity> s_byPayloadKey = All.ToFrozenDictionary(q => q.PayloadKey, StringComparer.Ordinal);

    /// <summary>The quantity with an <see cref="Quantity.Index"/>.</summary>
    internal static Quantity At(int index) => s_all[index];

    /// <summary>The quantity with a number; null when there is none.</summary>
    public static Quantity? Find(byte id) => s_byId[id];

    /// <summary>The quantity with a name in HTTP answers; null when there is none.</summary>
    public static Quantity? FindByKey(string key) => s_byKey.GetValueOrDefault(key);

    /// <summary>The quantity with a name in payloads; null when there is none.</summary>
    public static Quantity? FindByPayloadKey(string key) => s_byPayloadKey.GetValueOrDefault(key);
}
