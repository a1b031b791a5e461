namespace TechTemp.Dashboard.Rooms;

/// <summary>How much carbon dioxide is in the air.</summary>
public enum Co2Level
{
    /// <summary>Up to 1000 ppm.</summary>
    Good,

    /// <summary>Above 1000 and up to 1400 ppm.</summary>
    Raised,

    /// <summary>Above 1400 ppm.</summary>
    High,
}

/// <summary>What the carbon dioxide of a room says: it comes from the people in it, and so shows how seldom their air is changed.</summary>
public static class Co2
{
    // Up to 1000 ppm is hygienically harmless: Ad-hoc-Arbeitsgruppe Innenraumrichtwerte of the German Umweltbundesamt, "Gesundheitliche Bewertung von
    // Kohlendioxid in der Innenraumluft", Bundesgesundheitsblatt 51 (2008) 1358–1369. From 1000 to 1400 ppm indoor air is of moderate quality (IDA 3),
    // above of low quality (IDA 4): EN 13779:2007, with 400 ppm outdoors; its successor is EN 16798-3.
    private const double MostGood = 1_000;
    private const double MostRaised = 1_400;

    /// <summary>The level of a mole fraction, as exact as it is shown.</summary>
    /// <param name="ppm">Parts per million.</param>
    public static Co2Level LevelOf(double ppm) => Math.Round(ppm, MidpointRounding.AwayFromZero) switch
    {
        <= MostGood => Co2Level.Good,
        <= MostRaised => Co2Level.Raised,
        _ => Co2Level.High,
    };
}
