namespace TechTemp.Readings.Quantities;

/// <summary>Something that sensors measure.</summary>
/// <param name="Id">Its number in pages, from 1 to 255. It never changes, and no other quantity ever gets it.</param>
/// <param name="Key">Its name in HTTP answers and in columns of files.</param>
/// <param name="PayloadKey">Its name in MQTT payloads, with its unit.</param>
/// <param name="Unit">The symbol of its unit; empty for an index.</param>
/// <param name="Least">The least valid value, inclusive.</param>
/// <param name="Greatest">The greatest valid value, inclusive.</param>
/// <param name="Decimals">How many decimals people are shown.</param>
/// <param name="Name">Its name in English.</param>
public sealed record Quantity(byte Id, string Key, string PayloadKey, string Unit, double Least, double Greatest, int Decimals, string Name)
{
    /// <summary>Whether a value is valid. NaN is not.</summary>
    public bool IsValid(double value) => value >= Least && value <= Greatest;
}
