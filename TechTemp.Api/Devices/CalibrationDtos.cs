using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using TechTemp.Api.Http;
using TechTemp.Api.OpenApi;
using TechTemp.Data.Registries;
using TechTemp.Readings.Quantities;
using TechTemp.Readings.Rules;

namespace TechTemp.Api.Devices;

/// <summary>What is added to a device's readings, and since when.</summary>
/// <param name="From">First moment that it holds for; it holds until the next one does.</param>
/// <param name="TemperatureOffset">°C that are added.</param>
/// <param name="HumidityOffset">Percentage points of relative humidity that are added.</param>
[HasQuantities("_offset")]
internal sealed record CalibrationDto(DateTimeOffset From, double TemperatureOffset, double HumidityOffset)
{
    /// <summary>What is added to other quantities, where it is anything.</summary>
    [JsonExtensionData]
    public IDictionary<string, object>? Others { get; init; }
}

/// <summary>All calibrations of a device, in any order. An empty list removes them.</summary>
/// <param name="Calibrations">At most 1000, no two from the same moment on.</param>
internal sealed record ReplaceCalibrations([property: Required] IReadOnlyList<NewCalibration?>? Calibrations);

/// <summary>What to add to a device's readings, and since when.</summary>
/// <param name="From">First moment that it holds for, ISO 8601 with any offset, or a date. 2000-01-01 holds for every reading: none is older.</param>
/// <param name="TemperatureOffset">°C to add, −20 to 20.</param>
/// <param name="HumidityOffset">Percentage points of relative humidity to add, −50 to 50.</param>
[HasQuantities("_offset")]
internal sealed record NewCalibration([property: Required] DateTimeOffset? From, double? TemperatureOffset = null, double? HumidityOffset = null)
{
    /// <summary>What to add to other quantities. Other fields are ignored.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; init; }
}

internal static class CalibrationMapping
{
    private const string Suffix = "_offset";

    public static CalibrationDto ToDto(this CalibrationView calibration)
    {
        var offsets = calibration.Offsets;
        var others = QuantityRegistry.All.Where(q => !QuantitySet.Usual.Contains(q) && offsets.ValueOrZero(q) != 0).ToDictionary(q => q.Key + Suffix, q => (object)offsets.ValueOrZero(q));
        return new(calibration.From, offsets.ValueOrZero(QuantityRegistry.Temperature), offsets.ValueOrZero(QuantityRegistry.Humidity)) { Others = others.Count > 0 ? others : null };
    }

    /// <summary>The calibrations that a request means; what is wrong with it is in the errors.</summary>
    public static IReadOnlyList<CalibrationView> Parse(this ReplaceCalibrations body, Errors errors)
    {
        switch (body.Calibrations?.Count)
        {
            case null:
                errors.Add("calibrations", "is required");
                return [];
            case > CalibrationRegistry.MaxCount:
                errors.Add("calibrations", $"must be at most {CalibrationRegistry.MaxCount}");
                return [];
        }

        var views = new List<CalibrationView>();
        var firsts = new Dictionary<long, string>();
        for (var i = 0; i < body.Calibrations.Count; i++)
        {
            var field = $"calibrations[{i}]";
            if (body.Calibrations[i] is not { } calibration)
            {
                errors.Add(field, "must not be null");
                continue;
            }

            var ms = calibration.From?.ToUnixTimeMilliseconds();
            if (ms is null or < ReadingRules.MinTs)
            {
                errors.Add($"{field}.from", ms is null ? "is required" : "must not be before 2000-01-01, which holds for every reading");
            }
            else if (!firsts.TryAdd(ms.Value, field))
            {
                errors.Add($"{field}.from", $"must not be that of {firsts[ms.Value]}");
            }

            views.Add(new(DateTimeOffset.FromUnixTimeMilliseconds(ms ?? 0), Offsets(errors, field, calibration)));
        }

        return views;
    }

    private static QuantityValues Offsets(Errors errors, string field, NewCalibration calibration)
    {
        var offsets = default(QuantityValues);
        var isGiven = false;
        foreach (var quantity in QuantityRegistry.All)
        {
            if (!IsGiven(calibration, quantity, out var offset))
            {
                continue;
            }

            isGiven = true;
            if (Math.Abs(offset) <= quantity.MostOffset)
            {
                offsets.Set(quantity, offset);
            }
            else
            {
                errors.Add($"{field}.{quantity.Key}{Suffix}", $"must be from -{quantity.MostOffset} to {quantity.MostOffset}{(quantity.Unit.Length > 0 ? " " : "")}{quantity.Unit}");
            }
        }

        if (!isGiven)
        {
            errors.Add(field, $"must have an offset, such as {QuantityRegistry.Temperature.Key}{Suffix}");
        }

        return offsets;
    }

    // NaN where it is no number. False where nothing is said of it, or null.
    private static bool IsGiven(NewCalibration calibration, Quantity quantity, out double offset)
    {
        var usual = quantity == QuantityRegistry.Temperature ? calibration.TemperatureOffset : quantity == QuantityRegistry.Humidity ? calibration.HumidityOffset : null;
        offset = usual ?? 0;
        if (usual is not null || calibration.Others?.TryGetValue(quantity.Key + Suffix, out var other) != true || other.ValueKind == JsonValueKind.Null)
        {
            return usual is not null;
        }

        offset = other.ValueKind == JsonValueKind.Number && other.TryGetDouble(out var number) ? number : double.NaN;
        return true;
    }
}
