using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TechTemp.Dashboard.Api;

namespace TechTemp.Dashboard.Viewing;

/// <summary>
/// Whoever looks: language, unit, time zone and theme of one visit, and how they write what is shown. The culture of the
/// thread is not used: a page is also rendered by threads that bring it news, and those have no visitor.
/// </summary>
public sealed class Viewer(IJSRuntime script, NavigationManager navigation, TimeProvider time)
{
    private Preferences _preferences = new();

    /// <summary>A preference has changed: render again.</summary>
    public event Action? Changed;

    /// <summary>The language.</summary>
    public Language Language { get; private set; } = Language.English;

    /// <summary>light, dark or system.</summary>
    public string Theme => _preferences.Theme;

    /// <summary>Whether temperatures are shown in °F.</summary>
    public bool Fahrenheit => _preferences.Fahrenheit;

    /// <summary>The time zone; this machine's until the browser has told its own.</summary>
    public TimeZoneInfo Zone { get; private set; } = TimeZoneInfo.Local;

    /// <summary>The IANA name of <see cref="Zone"/>, for the API's <c>tz</c>.</summary>
    public string ZoneName => _preferences.Zone ?? (Zone.HasIanaId ? Zone.Id : "UTC");

    /// <summary>Now, by the viewer's clock on the wall.</summary>
    public DateTimeOffset Now => Local(time.GetUtcNow());

    /// <summary>The first moment of the viewer's day.</summary>
    public DateTimeOffset Today => StartOf(Now.Date);

    /// <summary>The sign of the unit of temperatures.</summary>
    public string Degrees => Fahrenheit ? "°F" : "°C";

    /// <summary>Takes over what the browser's cookies say.</summary>
    public void Use(Preferences preferences)
    {
        _preferences = preferences;
        Language = Language.Of(preferences.Language);
        Zone = preferences.Zone is { } zone && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? found : TimeZoneInfo.Local;
    }

    /// <summary>A text of the viewer's language, with numbers as it writes them: <c>Text("Rooms.Today")</c>.</summary>
    public string Text(string key, params object?[] values) => Language.Text(key, values);

    /// <summary>A temperature of the API (°C) in the viewer's unit.</summary>
    public double Degree(double celsius) => Fahrenheit ? celsius * 9 / 5 + 32 : celsius;

    /// <summary>A temperature given in the viewer's unit, in °C, for the API.</summary>
    public double Celsius(double degrees) => Fahrenheit ? (degrees - 32) * 5 / 9 : degrees;

    /// <summary>A temperature with its unit: <c>21.4 °C</c>.</summary>
    public string Temperature(double celsius) => $"{Number(Degree(celsius))}\u00a0{Degrees}";

    /// <summary>A difference of temperatures with its sign and unit: <c>+0.3 °C</c>; none has no sign.</summary>
    public string Difference(double celsius)
    {
        var degrees = Fahrenheit ? celsius * 9 / 5 : celsius;
        var sign = Math.Sign(Math.Round(degrees, 1, MidpointRounding.AwayFromZero)) switch { 0 => "", > 0 => "+", _ => "−" };
        return $"{sign}{Number(Math.Abs(degrees))}\u00a0{Degrees}";
    }

    /// <summary>A relative humidity: <c>45 %</c>.</summary>
    public string Humidity(double percent) => $"{Number(percent, 0)}\u00a0%";

    /// <summary>A value of the API in the viewer's unit.</summary>
    public double Shown(Quantity quantity, double value) => quantity.Unit == Quantity.Celsius ? Degree(value) : value;

    /// <summary>The viewer's unit of a quantity; empty for an index.</summary>
    public string Unit(Quantity quantity) => quantity.Unit == Quantity.Celsius ? Degrees : quantity.Unit;

    /// <summary>The name of a quantity in the viewer's language.</summary>
    public string Name(Quantity quantity) => quantity.NameIn(Language.Code);

    /// <summary>A value of the API with its unit: <c>812 ppm</c>.</summary>
    public string Value(Quantity quantity, double value) => ShownValue(quantity, Shown(quantity, value));

    /// <summary>A value that is in the viewer's unit already, with this unit.</summary>
    public string ShownValue(Quantity quantity, double shown) => Unit(quantity) is { Length: > 0 } unit ? $"{Number(shown, quantity.Decimals)}\u00a0{unit}" : Number(shown, quantity.Decimals);

    /// <summary>A number with its decimals, a true minus sign before a negative one, and no minus before zero.</summary>
    public string Number(double value, int decimals = 1)
    {
        var rounded = Math.Round(value, decimals, MidpointRounding.AwayFromZero) + 0.0;
        var text = Math.Abs(rounded).ToString($"N{decimals}", Language.Formats);
        return rounded < 0 ? $"−{text}" : text;
    }

    /// <summary>A moment by the viewer's clock.</summary>
    public DateTimeOffset Local(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, Zone);

    /// <summary>The first moment of a day of the viewer's.</summary>
    public DateTimeOffset StartOf(DateTime day)
    {
        var midnight = DateTime.SpecifyKind(day.Date, DateTimeKind.Unspecified);
        // Some zones change their clocks at midnight: then the day begins later.
        while (Zone.IsInvalidTime(midnight))
        {
            midnight = midnight.AddMinutes(15);
        }

        return new(midnight, Zone.IsAmbiguousTime(midnight) ? Zone.GetAmbiguousTimeOffsets(midnight).Max() : Zone.GetUtcOffset(midnight));
    }

    /// <summary>The clock time of a moment: <c>17:05</c>.</summary>
    public string Clock(DateTimeOffset moment) => Local(moment).ToString("t", Language.Formats) + Repeated(moment);

    /// <summary>Day and clock time of a moment: <c>22 Nov 2026 17:05</c>.</summary>
    public string Moment(DateTimeOffset moment) => Local(moment).ToString("g", Language.Formats) + Repeated(moment);

    /// <summary>The same with seconds: <c>22 Nov 2026 17:05:09</c>.</summary>
    public string MomentToTheSecond(DateTimeOffset moment) => Local(moment).ToString($"{Language.Formats.DateTimeFormat.ShortDatePattern} HH:mm:ss", Language.Formats) + Repeated(moment);

    // When clocks go back, an hour comes twice: which of the two, its distance to UTC tells.
    private string Repeated(DateTimeOffset moment)
    {
        var local = Local(moment);
        if (!Zone.IsAmbiguousTime(local.DateTime))
        {
            return "";
        }

        var offset = local.Offset.Duration();
        return $" UTC{(local.Offset < TimeSpan.Zero ? "−" : "+")}{offset.Hours}{(offset.Minutes == 0 ? "" : $":{offset.Minutes:00}")}";
    }

    /// <summary>How long ago a moment is, in the largest unit that fits: <c>4 min ago</c>.</summary>
    public string Ago(DateTimeOffset moment)
    {
        var age = time.GetUtcNow() - moment;
        return age switch
        {
            { TotalSeconds: < 5 } => Text("Shell.AgoNow"),
            { TotalSeconds: < 60 } => Text("Shell.AgoSeconds", (int)age.TotalSeconds),
            { TotalMinutes: < 60 } => Text("Shell.AgoMinutes", (int)age.TotalMinutes),
            { TotalHours: < 48 } => Text("Shell.AgoHours", (int)age.TotalHours),
            _ => Text("Shell.AgoDays", (int)age.TotalDays),
        };
    }

    /// <summary>Chooses a theme: light, dark or system.</summary>
    public async Task SetThemeAsync(string theme)
    {
        _preferences = _preferences with { Theme = theme };
        await script.InvokeVoidAsync("techtemp.setTheme", theme);
        Changed?.Invoke();
    }

    /// <summary>Chooses the unit of temperatures.</summary>
    public async Task SetFahrenheitAsync(bool fahrenheit)
    {
        _preferences = _preferences with { Fahrenheit = fahrenheit };
        await script.InvokeVoidAsync("techtemp.remember", Preferences.UnitCookie, fahrenheit ? "f" : "c");
        Changed?.Invoke();
    }

    /// <summary>Chooses the language; the page is loaded again, for the document says its language too.</summary>
    public async Task SetLanguageAsync(string code)
    {
        await script.InvokeVoidAsync("techtemp.remember", Preferences.LanguageCookie, code);
        navigation.NavigateTo(navigation.Uri, forceLoad: true);
    }

    /// <summary>Asks the browser for its time zone, once it can be asked, and renders again where that changes something.</summary>
    public async Task LearnZoneAsync()
    {
        var zone = await script.InvokeAsync<string?>("techtemp.zone");
        if (zone is not null && zone != _preferences.Zone && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
        {
            _preferences = _preferences with { Zone = zone };
            Zone = found;
            Changed?.Invoke();
        }
    }
}
