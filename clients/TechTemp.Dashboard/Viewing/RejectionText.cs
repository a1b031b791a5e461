using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace TechTemp.Dashboard.Viewing;

/// <summary>Why a message was refused, which the API says in English, in another language where we have the words.</summary>
public static partial class RejectionText
{
    private const string File = "Rejected";
    private const string Separator = "; ";

    // By the number of places that are free, fewest first: an exact sentence goes before one that only has a similar form.
    private static readonly string[] s_details =
        ["Utf8", "Object", "Topic", "Required", "AnyQuantity", "Number", "Count", "Unknown", "Size", "Oldest", "Late", "Conflict", "NotStorable", "TooManyUnknown", "Early", "After", "TooOld", "Home", "Range", "RangeIndex"];

    private static readonly string[] s_ranges = ["Range", "RangeIndex"];

    private static readonly ConcurrentDictionary<string, Regex> s_patterns = new();

    /// <summary>The words for a reason; the reason itself where the API knows more of them than we do.</summary>
    public static string Reason(Language language, string reason) => language.TextOrNull(File, $"Reason-{reason}") ?? reason;

    /// <summary>The field and the rule in a language; null where it is not one of the API's known sentences.</summary>
    public static string? Detail(Language language, string detail)
    {
        if (language == Language.English)
        {
            return detail;
        }

        // Values that were refused together stand in one text, in this form alone.
        var parts = detail.Split(Separator);
        if (parts.Length > 1 && parts.Select(part => Sentence(language, part, s_ranges)).ToList() is var ranges && ranges.TrueForAll(text => text is not null))
        {
            return string.Join(Separator, ranges);
        }

        return Sentence(language, detail, s_details);
    }

    private static string? Sentence(Language language, string detail, string[] known)
    {
        foreach (var name in known)
        {
            if (s_patterns.GetOrAdd(name, Pattern).Match(detail) is { Success: true } match)
            {
                return string.Format(language.Formats, language.TextOrNull(File, $"Detail-{name}")!, match.Groups.Values.Skip(1).Select(g => (object)Written(language, g.Value)).ToArray());
            }
        }

        return null;
    }

    // The English text, with {0} for what varies.
    private static Regex Pattern(string name)
    {
        var text = Language.English.TextOrNull(File, $"Detail-{name}")!;
        var parts = Place().Split(text).Select(part => Regex.Escape(part.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal)));
        return new($"^{string.Join("(.+?)", parts)}$", RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(1));
    }

    private static string Written(Language language, string value) =>
        Fraction().IsMatch(value) ? value.Replace(".", language.Formats.NumberFormat.NumberDecimalSeparator, StringComparison.Ordinal) : value;

    [GeneratedRegex(@"(?<!\{)\{\d\}(?!\})")]
    private static partial Regex Place();

    [GeneratedRegex(@"^-?\d+\.\d+$")]
    private static partial Regex Fraction();
}
