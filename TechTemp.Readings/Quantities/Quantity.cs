namespace TechTemp.Readings.Quantities;

/// <summary>Something that sensors measure.</summary>
/// <param name="Id">Its number in the store, from 1. It never changes, and no other quantity ever gets it.</param>
/// <param name="Key">Its name in HTTP answers and in columns of files.</param>
/// <param name="PayloadKey">Its name in MQTT payloads, with its unit.</param>
/// <param name="Unit">The symbol of its unit; empty for an index.</param>
/// <param name="Least">The least valid value, inclusive.</param>
/// <param name="Greatest">The greatest valid value, inclusive.</param>
/// <param name="Decimals">How many decimals people are shown.</param>
/// <param name="MostOffset">The most that a calibration may add to it or take from it, in its unit.</param>
/// <param name="Names">What people call it.</param>
public sealed record Quantity(
    byte Id, string Key, string PayloadKey, string Unit, double Least, double Greatest, int Decimals, double MostOffset, QuantityNames Names)
{
    /// <summary>The greatest value that is shown: a calibrated value above it is shown as this one. Infinite for no limit.</summary>
    public double ShownGreatest { get; init; } = double.PositiveInfinity;

    /// <summary>The least value that is shown: a calibrated value below it is shown as this one. Infinite for no limit.</summary>
    public double ShownLeast { get; init; } = double.NegativeInfinity;

    /// <summary>Its place in arrays that have one for each quantity.</summary>
    public int Index => Id - 1;

    /// <summary>Whether a value is valid. NaN is not.</summary>
    public bool IsValid(double value) => value >= Least && value <= Greatest;

    /// <inheritdoc />
    public bool Equals(Quantity? other) => ReferenceEquals(this, other);

    /// <inheritdoc />
    public override int GetHashCode() => Id;
}

/// <summary>What people call a quantity.</summary>
/// <param name="English">In English.</param>
/// <param name="French">In French.</param>
public sealed record QuantityNames(string English, string French);
