using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;

namespace TechTemp.Dashboard.Viewing;

/// <summary>
/// A language: its texts, and how it writes numbers and dates. The programs run without ICU (decision 0006), so that .NET
/// knows neither; both languages are few enough lines to say them here.
/// </summary>
public sealed class Language
{
    private readonly ConcurrentDictionary<string, ResourceManager> _texts = new();
    private readonly string _suffix;

    private Language(string code, string name, string suffix, CultureInfo formats) => (Code, Name, _suffix, Formats) = (code, name, suffix, formats);

    /// <summary>English, with the 24-hour clock.</summary>
    public static Language English { get; } = new("en", "English", "", MakeEnglish());

    /// <summary>French.</summary>
    public static Language French { get; } = new("fr", "Français", ".fr", MakeFrench());

    /// <summary>Every language there is.</summary>
    public static IReadOnlyList<Language> All { get; } = [English, French];

    /// <summary>Its ISO 639 code.</summary>
    public string Code { get; }

    /// <summary>What it calls itself.</summary>
    public string Name { get; }

    /// <summary>How numbers and dates are written.</summary>
    public CultureInfo Formats { get; }

    /// <summary>The language of a code; English when there is none.</summary>
    public static Language Of(string code) => All.FirstOrDefault(l => l.Code == code) ?? English;

    /// <summary>A text.</summary>
    /// <param name="key">The file in Resources and the name in it: <c>Rooms.Today</c>.</param>
    /// <param name="values">What <c>{0}</c>, <c>{1}</c> … stand for.</param>
    public string Text(string key, params object?[] values)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        var text = TextOrNull(key[..dot], key[(dot + 1)..]) ?? throw new ArgumentException($"There is no text {key} in {Name}.", nameof(key));
        return values.Length == 0 ? text : string.Format(Formats, text, values);
    }

    /// <summary>A text that may not exist, for words that the API may add to; null then.</summary>
    public string? TextOrNull(string file, string name) =>
        _texts.GetOrAdd(file, f => new($"TechTemp.Dashboard.Resources.{f}{_suffix}", typeof(Language).Assembly)).GetString(name, CultureInfo.InvariantCulture);

    private static CultureInfo MakeEnglish()
    {
        var formats = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        formats.DateTimeFormat.ShortDatePattern = "d MMM yyyy";
        formats.DateTimeFormat.ShortTimePattern = "HH:mm";
        return CultureInfo.ReadOnly(formats);
    }

    private static CultureInfo MakeFrench()
    {
        var formats = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        formats.NumberFormat.NumberDecimalSeparator = ",";
        formats.NumberFormat.NumberGroupSeparator = "\u202f";
        formats.NumberFormat.PercentDecimalSeparator = ",";
        var dates = formats.DateTimeFormat;
        dates.ShortDatePattern = "d MMM yyyy";
        dates.ShortTimePattern = "HH:mm";
        dates.DayNames = ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"];
        dates.AbbreviatedDayNames = ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."];
        dates.MonthNames = dates.MonthGenitiveNames = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre", ""];
        dates.AbbreviatedMonthNames = dates.AbbreviatedMonthGenitiveNames = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.", ""];
        return CultureInfo.ReadOnly(formats);
    }
}
