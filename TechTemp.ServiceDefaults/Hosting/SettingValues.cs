using System.Globalization;
using System.Text.RegularExpressions;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>What is wrong with the value of a setting, in words for the person who has set it.</summary>
internal static partial class SettingValues
{
    /// <summary>
    /// Refuses a duration that is a number alone: <see cref="TimeSpan"/> reads <c>15</c> as 15 days, and whoever writes
    /// <c>Mqtt__KeepAlive=15</c> means seconds.
    /// </summary>
    /// <returns>The rule, in one sentence; null when the value keeps it.</returns>
    public static string? CheckDuration(string key, Type type, string? value) =>
        (Nullable.GetUnderlyingType(type) ?? type) == typeof(TimeSpan) && int.TryParse(value, NumberStyles.None | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) && number != 0
            ? string.Create(CultureInfo.InvariantCulture, $"{key} must be a duration, was '{number}': {TimeSpan.FromSeconds(number):c} is {number} seconds (hh:mm:ss), {number}.00:00:00 is {number} days.")
            : null;

    /// <summary>The configuration binder's "Failed to convert configuration value …" in our words; null for any other exception.</summary>
    public static string? Explain(Exception exception)
    {
        if (exception is not InvalidOperationException || Conversion().Match(exception.Message) is not { Success: true } match)
        {
            return null;
        }

        var type = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(match.Groups["type"].Value)).FirstOrDefault(t => t is not null);
        // An address may contain a password.
        var value = type == typeof(Uri) ? "" : $", was '{match.Groups["value"].Value.ReplaceLineEndings(" ")}'";
        return $"{match.Groups["key"].Value} must be {Rule(type)}{value}.";
    }

    private static string Rule(Type? type) =>
        type == typeof(TimeSpan) ? "a duration like 00:00:15 (hh:mm:ss) or 7.00:00:00 (days first)"
        : type == typeof(bool) ? "true or false"
        : type == typeof(Uri) ? "an address like http://localhost:3000"
        : type == typeof(int) || type == typeof(long) ? "a whole number like 3000"
        : type == typeof(double) || type == typeof(decimal) ? "a number like 0.5"
        : type?.IsEnum == true ? $"one of {string.Join(", ", Enum.GetNames(type))}"
        : "a value of another kind";

    // Microsoft.Extensions.Configuration.Binder, Strings.resx, Error_FailedBinding.
    [GeneratedRegex(@"^Failed to convert configuration value '(?<value>.*)' at '(?<key>[^']+)' to type '(?<type>[^']+)'", RegexOptions.Singleline)]
    private static partial Regex Conversion();
}
