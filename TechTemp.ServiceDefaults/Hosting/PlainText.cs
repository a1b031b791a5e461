using System.Globalization;
using System.Text;

namespace TechTemp.ServiceDefaults.Hosting;

/// <summary>Text from elsewhere (a file, a sensor, a broker, a request) on its way to a terminal or a log, which obey control characters.</summary>
internal static class PlainText
{
    /// <summary>Writes each control character as <c>\u001b</c>: a terminal neither obeys it nor begins a new line that looks like ours.</summary>
    /// <param name="text">The text.</param>
    /// <param name="kept">Control characters that stay.</param>
    public static string Escape(ReadOnlySpan<char> text, string kept = "")
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (IsControl(character) && !kept.Contains(character))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                escaped.Append(character);
            }
        }

        return escaped.ToString();
    }

    /// <summary>Whether there is anything to escape.</summary>
    public static bool HasControl(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (IsControl(character))
            {
                return true;
            }
        }

        return false;
    }

    // Unicode's C0, DEL and C1; its own line ends; and what makes text run the other way (https://www.unicode.org/reports/tr9/).
    private static bool IsControl(char character) =>
        char.IsControl(character) || character is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
