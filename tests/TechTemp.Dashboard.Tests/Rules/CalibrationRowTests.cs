using Microsoft.Extensions.Time.Testing;
using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Devices;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Tests.Rules;

/// <summary>What the form of a calibration shows and sends.</summary>
public sealed class CalibrationRowTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_form_has_temperature_and_humidity_and_what_the_device_measures_or_is_corrected_for()
    {
        Assert.Equal(["temperature", "humidity"], Keys(null));
        Assert.Equal(["temperature", "humidity", "co2", "battery"], Keys(Answers.Values(null, null, ("co2", 800), ("battery", 90))));
        Assert.Equal(["temperature", "humidity", "pressure"], Keys(Answers.Values(20, 50), new Calibration(s_now, Offsets(("pressure", 2), ("co2", 0)))));

        static IEnumerable<string> Keys(Measured? newest, params Calibration[] calibrations) =>
            CalibrationRow.Quantities(Answers.Quantities, newest, calibrations).Select(q => q.Key);
    }

    [Fact]
    public void What_was_not_touched_is_sent_as_it_was()
    {
        var viewer = Viewer(fahrenheit: true);
        var row = new CalibrationRow(viewer, new(s_now.AddSeconds(7), Offsets(("temperature", 0.1234), ("co2", -30))), [Quantity.Temperature, Quantity.Humidity, Answers.Co2]);

        var request = row.ToRequest(viewer);

        Assert.Equal(s_now.AddSeconds(7), request.From);
        Assert.Equal([("temperature_offset", 0.1234), ("humidity_offset", 0), ("co2_offset", -30)], request.Offsets.Select(o => (o.Key, o.Value)));
    }

    [Fact]
    public void Offsets_are_written_in_the_viewers_unit_and_an_empty_field_is_none()
    {
        var viewer = Viewer(fahrenheit: true);
        var row = new CalibrationRow(viewer, new(CalibrationRow.Ever, Measured.None), [Quantity.Temperature, Quantity.Humidity, Answers.Pressure]);
        (row.Offsets[0].Value, row.Offsets[1].Value, row.Offsets[2].Value) = ("-1.8", "", "1.5");

        var request = row.ToRequest(viewer);

        Assert.Equal(CalibrationRow.Ever, request.From);
        Assert.Equal(["temperature_offset", "pressure_offset"], request.Offsets.Keys);
        Assert.Equal(-1, request.Offsets["temperature_offset"], 9);
        Assert.Equal(1.5, request.Offsets["pressure_offset"]);
    }

    [Theory]
    [InlineData("en", "must be from -1000 to 1000 ppm", "Must be from −1,000\u00a0ppm to 1,000\u00a0ppm.")]
    [InlineData("fr", "must be from -100 to 100", "Doit être entre −100 et 100.")]
    [InlineData("en", "must be from -0.25 to 0.5 V", "Must be from −0.25\u00a0V to 0.5\u00a0V.")]
    [InlineData("en", "must be from -20 to 20 °C", "Must be from −20.0\u00a0°C to +20.0\u00a0°C.")]
    [InlineData("en", "must be something else", "must be something else")]
    public void A_rule_of_any_quantity_is_told_in_the_viewers_language(string language, string rule, string expected) =>
        Assert.Equal(expected, FieldRules.Text(Viewer(language: language), "calibrations[0].co2_offset", $"calibrations[0].co2_offset {rule}"));

    [Fact]
    public void A_label_names_the_quantity_and_its_unit_where_it_has_one()
    {
        var viewer = Viewer();

        Assert.Equal(
            ["Add to temperature, °C", "Add to humidity, %", "Add to pressure, hPa", "Add to CO₂, ppm", "Add to VOC index", "Add to battery, %"],
            new CalibrationRow(viewer, new(s_now, Measured.None), Answers.Quantities).Offsets.Select(o => o.Label(viewer)));
    }

    private static Measured Offsets(params (string Key, double Value)[] offsets) => new(offsets.Select(o => new KeyValuePair<string, double>($"{o.Key}_offset", o.Value)));

    private static Viewer Viewer(bool fahrenheit = false, string language = "en")
    {
        var viewer = new Viewer(null!, null!, new FakeTimeProvider(s_now));
        viewer.Use(new() { Fahrenheit = fahrenheit, Language = language });
        return viewer;
    }
}
