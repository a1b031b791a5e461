namespace TechTemp.Dashboard.Api;

/// <summary>Something that sensors measure, as the API describes it.</summary>
/// <param name="Key">Its name in answers.</param>
/// <param name="PayloadKey">Its name in MQTT payloads.</param>
/// <param name="Unit">The symbol of its unit; empty for an index.</param>
/// <param name="Min">The least valid value.</param>
/// <param name="Max">The greatest valid value.</param>
/// <param name="Decimals">How many decimals people are shown.</param>
/// <param name="Names">Its names by ISO 639 codes of languages.</param>
public sealed record Quantity(string Key, string PayloadKey, string Unit, double Min, double Max, int Decimals, IReadOnlyDictionary<string, string> Names)
{
    /// <summary>The keys of the quantities that pages treat specially.</summary>
    public const string TemperatureKey = "temperature", HumidityKey = "humidity", Co2Key = "co2", BatteryKey = "battery", VoltageKey = "voltage", SignalKey = "signal";

    /// <summary>The unit of temperatures in answers.</summary>
    public const string Celsius = "°C";

    /// <summary>Temperature, until the API has described it.</summary>
    public static Quantity Temperature { get; } =
        new(TemperatureKey, "temperature_c", Celsius, -40, 85, 1, new Dictionary<string, string> { ["en"] = "Temperature", ["fr"] = "Température" });

    /// <summary>Relative humidity, until the API has described it.</summary>
    public static Quantity Humidity { get; } =
        new(HumidityKey, "humidity_pct", "%", 0, 105, 0, new Dictionary<string, string> { ["en"] = "Humidity", ["fr"] = "Humidité" });

    /// <summary>The name of a bucket's least value.</summary>
    public string MinKey { get; } = $"{Key}_min";

    /// <summary>The name of a bucket's greatest value.</summary>
    public string MaxKey { get; } = $"{Key}_max";

    /// <summary>The name of a calibration's offset.</summary>
    public string OffsetKey { get; } = $"{Key}_offset";

    /// <summary>Its name in a language; in English, or else its key, where it has none in that.</summary>
    public string NameIn(string language) => Names.GetValueOrDefault(language) ?? Names.GetValueOrDefault("en") ?? Key;
}

/// <summary>What the pages ask for about quantities.</summary>
public sealed partial class ApiClient
{
    /// <summary>Every quantity, in the order in which people are shown them.</summary>
    public Task<IReadOnlyList<Quantity>> QuantitiesAsync(CancellationToken cancellationToken = default) =>
        DataAsync<IReadOnlyList<Quantity>>("/api/v1/quantities", cancellationToken);
}
