using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace TechTemp.Dashboard.Viewing;

/// <summary>
/// How somebody wants to see things, kept by the browser in cookies: the server renders the first page already right, and
/// the dashboard needs no accounts and no memory of its own.
/// </summary>
public sealed record Preferences
{
    /// <summary>The cookies' names; js/dashboard.js writes them.</summary>
    public const string ThemeCookie = "techtemp-theme", UnitCookie = "techtemp-unit", LanguageCookie = "techtemp-language", ZoneCookie = "techtemp-zone";

    /// <summary>light, dark, or system for what the system says.</summary>
    public string Theme { get; init; } = "system";

    /// <summary>Whether temperatures are shown in °F.</summary>
    public bool Fahrenheit { get; init; }

    /// <summary>en or fr.</summary>
    public string Language { get; init; } = "en";

    /// <summary>The viewer's time zone, an IANA name; null until the browser has told it.</summary>
    public string? Zone { get; init; }

    /// <summary>Reads them from a request; where no language was chosen, the first that the browser asks for and we have.</summary>
    internal static Preferences Of(HttpRequest request)
    {
        var cookies = request.Cookies;
        return new()
        {
            Theme = cookies[ThemeCookie] is "light" or "dark" ? cookies[ThemeCookie]! : "system",
            Fahrenheit = cookies[UnitCookie] == "f",
            Language = Viewing.Language.All.FirstOrDefault(l => l.Code == cookies[LanguageCookie])?.Code ?? Wanted(request),
            Zone = cookies[ZoneCookie] is { } zone && TimeZoneInfo.TryFindSystemTimeZoneById(Uri.UnescapeDataString(zone), out _) ? Uri.UnescapeDataString(zone) : null,
        };
    }

    private static string Wanted(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptLanguage.OrderByDescending(l => l.Quality ?? 1);
        return accepted
            .Select(l => Viewing.Language.All.FirstOrDefault(known => l.Value.StartsWith(known.Code, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(known => known is not null)?.Code ?? Viewing.Language.English.Code;
    }
}
