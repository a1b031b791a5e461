using System.Globalization;
using TechTemp.Dashboard.Api;
using TechTemp.Dashboard.Viewing;

namespace TechTemp.Dashboard.Devices;

/// <summary>A calibration as it is written in a form: by the viewer's clock and in the viewer's unit.</summary>
public sealed class CalibrationRow
{
    /// <summary>Since when a calibration holds that holds for every reading: none is older.</summary>
    public static readonly DateTimeOffset Ever = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Calibration _given;
    private readonly (string From, string Temperature) _shown;

    /// <summary>A calibration of the API, or a new one.</summary>
    public CalibrationRow(Viewer viewer, Calibration given)
    {
        _given = given;
        _shown = (LocalTime.Text(viewer, given.From), Text(given.TemperatureOffset * Scale(viewer)));
        (From, Temperature) = (_shown.From, _shown.Temperature);
        Humidity = Text(given.HumidityOffset);
        Always = given.From <= Ever;
    }

    /// <summary>Whether it holds for every reading.</summary>
    public bool Always { get; set; }

    /// <summary>Since when.</summary>
    public string? From { get; set; }

    /// <summary>What is added to temperatures.</summary>
    public string? Temperature { get; set; }

    /// <summary>What is added to relative humidities.</summary>
    public string? Humidity { get; set; }

    /// <summary>What the API is sent: null where nothing readable is written, which it then says.</summary>
    public CalibrationRequest ToRequest(Viewer viewer) => new(
        Always ? Ever : From == _shown.From ? _given.From : LocalTime.Parse(viewer, From),
        // A minute and a °F are coarser than what is stored: what was not touched stays as it was.
        Temperature == _shown.Temperature ? _given.TemperatureOffset : Number(Temperature) / Scale(viewer),
        Number(Humidity));

    private static double Scale(Viewer viewer) => viewer.Fahrenheit ? 1.8 : 1;

    private static string Text(double value) => Math.Round(value, 3).ToString(CultureInfo.InvariantCulture);

    private static double? Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
