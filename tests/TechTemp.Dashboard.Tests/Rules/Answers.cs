using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>Answers of the API, as tests need them.</summary>
internal static class Answers
{
    public static Quantity Pressure { get; } = Quantity("pressure", "hPa", 300, 1100, 1, "Pressure", "Pression");

    public static Quantity Co2 { get; } = Quantity("co2", "ppm", 0, 40_000, 0, "CO₂", "CO₂");

    public static Quantity Index { get; } = Quantity("voc_index", "", 0, 500, 0, "VOC index", "Indice COV");

    public static Quantity Battery { get; } = Quantity("battery", "%", 0, 100, 0, "Battery", "Pile");

    public static IReadOnlyList<Quantity> Quantities { get; } = [Api.Quantity.Temperature, Api.Quantity.Humidity, Pressure, Co2, Index, Battery];

    public static Measured Values(double? temperature, double? humidity, params (string Name, double Value)[] others) => new(
    [
        .. new[] { ("temperature", temperature), ("humidity", humidity) }.Where(n => n.Item2 is not null).Select(n => new KeyValuePair<string, double>(n.Item1, n.Item2!.Value)),
        .. others.Select(n => new KeyValuePair<string, double>(n.Name, n.Value)),
    ]);

    public static LatestReading Latest(string uid, string? room, DateTimeOffset ts, double? temperature, double? humidity, params (string Name, double Value)[] others) =>
        new(uid, room, ts, Values(temperature, humidity, others));

    private static Quantity Quantity(string key, string unit, double min, double max, int decimals, string english, string french) =>
        new(key, key, unit, min, max, decimals, new Dictionary<string, string> { ["en"] = english, ["fr"] = french });
}
