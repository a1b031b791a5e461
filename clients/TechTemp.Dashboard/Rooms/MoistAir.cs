namespace TechTemp.Dashboard.Rooms;

/// <summary>What temperature and humidity say together.</summary>
public static class MoistAir
{
    // Magnus' formula over water, −45 to 60 °C, within 0.35 °C: D. Sonntag, "Important new values of the physical constants of
    // 1986, vapour pressure formulations based on the ITS-90", Zeitschrift für Meteorologie 70 (1990) 340–344; also WMO-No. 8,
    // Guide to Instruments and Methods of Observation, volume I, annex 4.B.
    private const double A = 17.62;
    private const double B = 243.12;

    /// <summary>
    /// The dew point, °C: to what the air must cool until water condenses from it. With γ = ln(RH/100) + 17.62·T/(243.12 + T) it is
    /// 243.12·γ/(17.62 − γ).
    /// </summary>
    /// <param name="temperature">T, °C.</param>
    /// <param name="humidity">RH, relative humidity, %.</param>
    /// <returns>Null for perfectly dry air, which has none.</returns>
    public static double? DewPoint(double temperature, double humidity)
    {
        if (humidity <= 0)
        {
            return null;
        }

        var gamma = Math.Log(humidity / 100) + A * temperature / (B + temperature);
        return B * gamma / (A - gamma);
    }

    /// <summary>
    /// The humidex, a number without a unit: how warm it feels to a person, in degrees Celsius of dry air. J. M. Masterton and F. A. Richardson, "Humidex: a
    /// method of quantifying human discomfort due to excessive heat and humidity", Environment Canada, CLI 1-79 (1979):
    /// T + 5/9·(e − 10), with the vapour pressure e = 6.11·exp(5417.7530·(1/273.16 − 1/(273.15 + dew point))) hPa.
    /// </summary>
    /// <param name="temperature">T, °C.</param>
    /// <param name="humidity">Relative humidity, %.</param>
    /// <returns>Null below 20 °C, where it is not defined.</returns>
    public static double? Humidex(double temperature, double humidity)
    {
        if (temperature < 20)
        {
            return null;
        }

        var vapour = DewPoint(temperature, humidity) is { } dewPoint ? 6.11 * Math.Exp(5417.7530 * (1 / 273.16 - 1 / (273.15 + dewPoint))) : 0;
        return temperature + 5.0 / 9 * (vapour - 10);
    }
}
