using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Devices;

/// <summary>The API's rules, which it says in English, in the viewer's language where we have them.</summary>
internal static class FieldRules
{
    private static readonly (string Rule, string Text)[] s_rules =
    [
        ("is required", "Required"),
        ("must be 1 to 100 characters", "Text"),
        ("must be 1 to 50 characters", "Uid"),
        ("must be from 2000-01-01 until now", "Until"),
        ("must not be before 2000-01-01", "Since"),
        ("must not be that of", "Twice"),
        ("must be from -40 to 85 °C", "ComfortTemperature"),
        ("must be from 0 to 100 %", "ComfortHumidity"),
        ("must be above comfort.", "Above"),
        ("must be from -20 to 20 °C", "TemperatureOffset"),
        ("must be from -50 to 50 %", "HumidityOffset"),
    ];

    /// <summary>What is wrong with a field, without the name that the API begins with: it stands at the field.</summary>
    public static string Text(Viewer viewer, string field, string text)
    {
        var rule = text.StartsWith(field, StringComparison.Ordinal) ? text[field.Length..].TrimStart() : text;
        var known = s_rules.FirstOrDefault(r => rule.StartsWith(r.Rule, StringComparison.Ordinal));
        return known.Text is null ? rule : viewer.Text($"Devices.Rule{known.Text}", viewer.Difference(-20), viewer.Difference(20), viewer.Temperature(-40), viewer.Temperature(85));
    }
}
