using System.ComponentModel.DataAnnotations;
using TechTemp.Api.Http;
using TechTemp.Data.Devices;
using TechTemp.Data.Readings;

namespace TechTemp.Api.Devices;

/// <summary>What is added to a device's readings, and since when.</summary>
/// <param name="From">First moment that it holds for; it holds until the next one does.</param>
/// <param name="TemperatureOffset">°C that are added.</param>
/// <param name="HumidityOffset">Percentage points of relative humidity that are added.</param>
internal sealed record CalibrationDto(DateTimeOffset From, double TemperatureOffset, double HumidityOffset);

/// <summary>All calibrations of a device, in any order. An empty list removes them.</summary>
/// <param name="Calibrations">At most 1000, no two from the same moment on.</param>
internal sealed record ReplaceCalibrations([property: Required] IReadOnlyList<NewCalibration?>? Calibrations);

/// <summary>What to add to a device's readings, and since when.</summary>
/// <param name="From">First moment that it holds for, ISO 8601 with any offset, or a date. 2000-01-01 holds for every reading: none is older.</param>
/// <param name="TemperatureOffset">°C to add, −20 to 20.</param>
/// <param name="HumidityOffset">Percentage points of relative humidity to add, −50 to 50.</param>
internal sealed record NewCalibration(
    [property: Required] DateTimeOffset? From, [property: Required] double? TemperatureOffset, [property: Required] double? HumidityOffset);

internal static class CalibrationMapping
{
    public static CalibrationDto ToDto(this CalibrationView calibration) => new(calibration.From, calibration.TemperatureOffset, calibration.HumidityOffset);

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

            views.Add(new(
                DateTimeOffset.FromUnixTimeMilliseconds(ms ?? 0),
                errors.Number($"{field}.temperature_offset", calibration.TemperatureOffset, CalibrationRegistry.MaxTemperatureOffset, "°C"),
                errors.Number($"{field}.humidity_offset", calibration.HumidityOffset, CalibrationRegistry.MaxHumidityOffset, "%")));
        }

        return views;
    }

    private static double Number(this Errors errors, string field, double? value, double most, string unit)
    {
        if (value is not { } number)
        {
            errors.Add(field, "is required");
        }
        else if (!(Math.Abs(number) <= most))
        {
            errors.Add(field, $"must be from -{most} to {most} {unit}");
        }

        return value ?? 0;
    }
}
