namespace TechTemp.Readings.Quantities;

/// <summary>Values of some quantities, one each, each in its quantity's unit: what a reading has, or what a calibration adds.</summary>
public struct QuantityValues : IEquatable<QuantityValues>
{
    private const int Inline = 2;

    // What is not there is 0. Most readings have no other quantities than the usual ones, and are copied a lot: the others are elsewhere, and never changed there.
    private QuantitySet _has;
    private double _temperature;
    private double _humidity;
    private double[]? _others;

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
        readonly get => _has.Contains(quantity) ? ValueOrZero(quantity) : null;
        set
        {
            Write(quantity, value ?? 0);
            _has = value is null ? _has.Without(quantity) : _has.With(quantity);
        }
    }

    /// <summary>The value of a quantity; 0 for none.</summary>
    public readonly double ValueOrZero(Quantity quantity) => quantity.Index switch
    {
        0 => _temperature,
        1 => _humidity,
        var index => _others is null ? 0 : _others[index - Inline],
    };

    /// <summary>Sets the value of a quantity.</summary>
    public void Set(Quantity quantity, double value)
    {
        Write(quantity, value);
        _has = _has.With(quantity);
    }

    /// <inheritdoc />
    public readonly bool Equals(QuantityValues other) =>
        _has == other._has && _temperature.Equals(other._temperature) && _humidity.Equals(other._humidity)
        && (_others == other._others || _others.AsSpan().SequenceEqual(other._others) || (_has.Bits & ~QuantitySet.Usual.Bits) == 0);

    /// <inheritdoc />
    public override readonly bool Equals(object? obj) => obj is QuantityValues other && Equals(other);

    /// <inheritdoc />
    public override readonly int GetHashCode() => HashCode.Combine(_has, _temperature, _humidity);

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

    private void Write(Quantity quantity, double value)
    {
        switch (quantity.Index)
        {
            case 0:
                _temperature = value;
                break;
            case 1:
                _humidity = value;
                break;
            case var index:
                // Copies of this one have the same array.
                var others = new double[QuantityRegistry.Count - Inline];
                _others?.CopyTo(others, 0);
                others[index - Inline] = value;
                _others = others;
                break;
        }
    }
}
