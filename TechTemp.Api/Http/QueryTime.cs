using System.Globalization;
using System.Text.RegularExpressions;

namespace TechTemp.Api.Http;

/// <summary>
/// Reads the times of requests: ISO 8601 with any offset, or a date. Without an offset it is UTC.
/// <code>2025-09-10T22:54:45.793+02:00   2025-09-10T20:54Z   2025-09-10T20:54:45   2025-09-10   2025-09-10T22:54:45 02:00</code>
/// The last is the first as it arrives when the plus sign was not escaped in a query.
/// </summary>
internal static partial class QueryTime
{
    public const string Rule = "must be an ISO 8601 time such as 2025-09-10T20:54:45Z or 2025-09-10T22:54:45+02:00, or a date such as 2025-09-10";

    // In one step: the day after 9999-12-31, which many systems write for "no end", is no date any more.
    private static readonly TimeSpan s_untilEndOfDay = TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1);

    /// <summary>Reads a time.</summary>
    /// <param name="text">The text.</param>
    /// <param name="endOfDay">Whether a date means its last millisecond instead of its first.</param>
    /// <param name="time">The time, when valid.</param>
    public static bool TryParse(string? text, bool endOfDay, out DateTimeOffset time)
    {
        time = default;
        if (text is null || Pattern().Match(text) is not { Success: true } match)
        {
            return false;
        }

        if (!match.Groups["time"].Success)
        {
            var valid = DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
            time = valid && endOfDay ? time + s_untilEndOfDay : time;
            return valid;
        }

        var offset = match.Groups["sign"].Success
            ? $"{match.Groups["sign"].Value.Replace(' ', '+')}{match.Groups["h"].Value}:{(match.Groups["m"].Success ? match.Groups["m"].Value : "00")}"
            : "Z";
        var normal = $"{match.Groups["date"].Value}T{match.Groups["time"].Value.Replace(',', '.')}{offset}";
        return DateTimeOffset.TryParse(normal, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out time);
    }

    [GeneratedRegex(@"^(?<date>\d{4}-\d{2}-\d{2})([Tt ](?<time>\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?)([Zz]|(?<sign>[ +-])(?<h>\d{2}):?(?<m>\d{2})?)?)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
