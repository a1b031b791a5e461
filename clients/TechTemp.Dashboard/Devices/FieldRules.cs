using System.Globalization;
using System.Text.RegularExpressions;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Devices;

/// <summary>The API's rules, which it says in English, in the viewer's language where we have them.</summary>
internal static partial class FieldRules
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
        ("must have an offset", "Offset"),
        ("must be from -20 to 20 °C", "TemperatureOffset"),
        ("must be from -50 to 50 %", "HumidityOffset"),
    ];

    /// <summary>What is wrong with a field, without the name that the API begins with: it stands at the field.</summary>
    public static string Text(Viewer viewer, string field, string text)
    {
        var rule = text.StartsWith(field, StringComparison.Ordinal) ? text[field.Length..].TrimStart() : text;
        var known = s_rules.FirstOrDefault(r => rule.StartsWith(r.Rule, StringComparison.Ordinal));
        if (known.Text is null)
        {
            return Range().Match(rule) is { Success: true } range ? viewer.Text("Devices.RuleRange", Written(viewer, range, "least"), Written(viewer, range, "greatest")) : rule;
        }

        return viewer.Text($"Devices.Rule{known.Text}", viewer.Difference(-20), viewer.Difference(20), viewer.Temperature(-40), viewer.Temperature(85));
    }

    private static string Written(Viewer viewer, Match range, string end)
    {
        var digits = range.Groups[end].Value;
        var decimals = digits.Contains('.', StringComparison.Ordinal) ? digits.Length - digits.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        return $"{viewer.Number(double.Parse(digits, CultureInfo.InvariantCulture), decimals)}{(range.Groups["unit"].Length == 0 ? "" : $"\u00a0{range.Groups["unit"].Value}")}";
    }

    // Of the offset of a quantity without a rule of its own.
    [GeneratedRegex(@"^must be from (?<least>-?\d+(\.\d+)?) to (?<greatest>-?\d+(\.\d+)?)( (?<unit>[^\s,]+))?(, was .*)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Range();
}
