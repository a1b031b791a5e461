using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>How a viewer's language, unit and zone write what is shown.</summary>
public sealed class ViewerTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 29, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("en", false, "1,234.6", "−3.5\u00a0°C")]
    [InlineData("fr", false, "1\u202f234,6", "−3,5\u00a0°C")]
    [InlineData("en", true, "1,234.6", "25.7\u00a0°F")]
    public void Numbers_and_temperatures_are_written_as_the_viewer_writes_them(string language, bool fahrenheit, string number, string temperature)
    {
        var viewer = Viewer(new() { Language = language, Fahrenheit = fahrenheit });

        Assert.Equal(number, viewer.Number(1234.56));
        Assert.Equal(temperature, viewer.Temperature(-3.5));
    }

    [Theory]
    [InlineData("temperature", 20.04, "68.1\u00a0°F")]
    [InlineData("humidity", 45.4, "45\u00a0%")]
    [InlineData("co2", 1812.4, "1,812\u00a0ppm")]
    [InlineData("pressure", 1013.25, "1,013.3\u00a0hPa")]
    [InlineData("voc_index", 100, "100")]
    public void A_value_has_the_decimals_and_the_unit_of_its_quantity(string key, double value, string expected) =>
        Assert.Equal(expected, Viewer(new() { Fahrenheit = true }).Value(Answers.Quantities.Single(q => q.Key == key), value));

    [Fact]
    public void Zero_has_no_sign() => Assert.Equal("0.0", Viewer(new()).Number(-0.04));

    [Theory]
    [InlineData(0)]
    [InlineData(-0.04)]
    [InlineData(0.04)]
    public void No_difference_has_no_sign(double celsius) => Assert.Equal("0.0\u00a0°C", Viewer(new()).Difference(celsius));

    [Fact]
    public void A_difference_is_none_of_the_scales_zero() => Assert.Equal("+1.8\u00a0°F", Viewer(new() { Fahrenheit = true }).Difference(1));

    [Fact]
    public void What_is_typed_in_the_viewers_unit_goes_to_the_API_in_Celsius() => Assert.Equal(100, Viewer(new() { Fahrenheit = true }).Celsius(212), 1e-9);

    [Fact]
    public void Of_an_hour_that_comes_twice_the_distance_to_UTC_is_told()
    {
        var viewer = Viewer(new() { Zone = "Europe/Brussels" });

        Assert.Equal("02:30 UTC+2", viewer.Clock(new(2026, 10, 25, 0, 30, 0, TimeSpan.Zero)));
        Assert.Equal("02:30 UTC+1", viewer.Clock(new(2026, 10, 25, 1, 30, 0, TimeSpan.Zero)));
        Assert.Equal("25 Oct 2026 03:30", viewer.Moment(new(2026, 10, 25, 2, 30, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void The_day_begins_at_the_viewers_midnight_also_when_the_clocks_change_on_it()
    {
        var viewer = Viewer(new() { Zone = "Europe/Brussels" });

        Assert.Equal(new DateTimeOffset(2026, 3, 29, 0, 0, 0, TimeSpan.FromHours(1)), viewer.Today);
        Assert.Equal(TimeSpan.FromHours(2), viewer.Now.Offset);
        Assert.Equal("14:00", viewer.Clock(s_now));
    }

    [Fact]
    public void A_day_without_a_midnight_begins_later() =>
        // Beirut put its clocks forward at midnight on 26 March 2028.
        Assert.Equal(1, Viewer(new() { Zone = "Asia/Beirut" }).StartOf(new(2028, 3, 26)).Hour);

    [Theory]
    [InlineData(2, "à l’instant")]
    [InlineData(42, "il y a 42 s")]
    [InlineData(125, "il y a 2 min")]
    [InlineData(7_300, "il y a 2 h")]
    [InlineData(200_000, "il y a 2 jours")]
    public void An_age_is_told_in_the_largest_unit_that_fits(int seconds, string expected) =>
        Assert.Equal(expected, Viewer(new() { Language = "fr" }).Ago(s_now.AddSeconds(-seconds)));

    [Theory]
    [InlineData("fr-BE,fr;q=0.9,en;q=0.8", "fr")]
    [InlineData("de-DE,en;q=0.5", "en")]
    [InlineData("nl", "en")]
    [InlineData("", "en")]
    public void The_browsers_languages_decide_until_one_is_chosen(string accepted, string expected)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.AcceptLanguage = accepted;

        Assert.Equal(expected, Preferences.Of(context.Request).Language);
    }

    [Fact]
    public void Cookies_that_make_no_sense_are_as_none()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Cookie = "techtemp-theme=pink; techtemp-language=xx; techtemp-zone=Nowhere%2FLand; techtemp-unit=k";

        Assert.Equal(new Preferences(), Preferences.Of(context.Request));
    }

    private static Viewer Viewer(Preferences preferences)
    {
        var viewer = new Viewer(null!, null!, new FakeTimeProvider(s_now));
        viewer.Use(preferences);
        return viewer;
    }
}
