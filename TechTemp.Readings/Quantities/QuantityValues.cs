using System.Runtime.CompilerServices;

namespace TechTemp.Readings.Quantities;

/// <summary>Values of some quantities, one each, each in its quantity's unit: what a reading has, or what a calibration adds.</summary>
public struct QuantityValues : IEquatable<QuantityValues>
{
    private QuantitySet _has;
    private Numbers _values;

    /// <summary>Values of the two usual quantities.</summary>
    /// <param name="temperature">°C; null for none.</param>
    /// <param name="humidity">%; null for none.</param>
    public QuantityValues(double? temperature, double? humidity)
    {
        this[QuantityRegistry.Temperature] = temperature;
        this[QuantityRegistry.Humidity] = humidity;
    }

    /// <summary>Which quantities there are.</summary>
    public readonly QuantitySet Quantities => _has;

    /// <summary>Whether there is none.</summary>
    public readonly bool IsEmpty => _has.IsEmpty;

    /// <summary>The value of a quantity; null for none.</summary>
    public double? this[Quantity quantity]
    {
        readonly get => _has.Contains(quantity) ? _values[quantity.Index] : null;
        set
        {
            if (value is { } number)
            {
                Set(quantity, number);
            }
            else
            {
                _values[quantity.Index] = 0;
                _has = _has.Without(quantity);
            }
        }
    }

    /// <summary>The value of a quantity; 0 for none.</summary>
    public readonly double ValueOrZero(Quantity quantity) => _values[quantity.Index];

    /// <summary>Sets the value of a quantity.</summary>
    public void Set(Quantity quantity, double value)
    {
        _values[quantity.Index] = value;
        _has = _has.With(quantity);
    }

    /// <inheritdoc />
    public readonly bool Equals(QuantityValues other) => _has == other._has && ((ReadOnlySpan<double>)_values).SequenceEqual(other._values);

    /// <inheritdoc />
    public override readonly bool Equals(object? obj) => obj is QuantityValues other && Equals(other);

    /// <inheritdoc />
    public override readonly int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(_has);
        foreach (var value in _values)
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    /// <summary>Whether both have the same quantities with the same values.</summary>
    public static bool operator ==(in QuantityValues one, in QuantityValues other) => one.Equals(other);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(in QuantityValues one, in QuantityValues other) => !one.Equals(other);

    /// <summary>The values by key, for logs and failed tests: <c>temperature 21.5, humidity 40</c>.</summary>
    public override readonly string ToString()
    {
        var values = this;
        return string.Join(", ", _has.Select(q => FormattableString.Invariant($"{q.Key} {values.ValueOrZero(q)}")));
    }

    // What is not there is 0.
    [InlineArray(QuantityRegistry.Count)]
    private struct Numbers
    {
        private double _first;
    }
}
