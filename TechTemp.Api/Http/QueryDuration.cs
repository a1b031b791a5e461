using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace TechTemp.Api.Http;

/// <summary>
/// Reads and writes ISO 8601 durations in days, hours, minutes and whole seconds; years and months have no fixed length.
/// <code>PT15M   PT1H30M   P7D   P1DT12H   PT90S</code>
/// </summary>
internal static partial class QueryDuration
{
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (text is null || Pattern().Match(text) is not { Success: true } match)
        {
            return false;
        }

        duration = Part(match, "d", TimeSpan.FromDays(1)) + Part(match, "h", TimeSpan.FromHours(1))
            + Part(match, "m", TimeSpan.FromMinutes(1)) + Part(match, "s", TimeSpan.FromSeconds(1));
        return true;
    }

    public static string ToText(TimeSpan duration) => XmlConvert.ToString(duration);

    private static TimeSpan Part(Match match, string name, TimeSpan unit) =>
        match.Groups[name].Success ? unit * int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : TimeSpan.Zero;

    // At most eight digits a part: the sum of the longest ones is no overflow yet, and longer than anything that is asked for.
    [GeneratedRegex(@"^P(?=.)((?<d>[0-9]{1,5})D)?(T(?=.)((?<h>[0-9]{1,6})H)?((?<m>[0-9]{1,8})M)?((?<s>[0-9]{1,8})S)?)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
