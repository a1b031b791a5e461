using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Calibrations;

/// <summary>What is done to stored values before they are answered: nothing, or a calibration, whose results are shown within the limits of their quantity.</summary>
public sealed class Correction
{
    private readonly QuantityValues _offsets;
    private readonly bool _isCalibrated;

    private Correction(in QuantityValues offsets, bool isCalibrated) => (_offsets, _isCalibrated) = (offsets, isCalibrated);

    /// <summary>Values are answered as they were received.</summary>
    public static Correction None { get; } = new(default, isCalibrated: false);

    /// <summary>Nothing is added. A humidity above 100 % is still shown as 100.</summary>
    public static Correction Usual { get; } = new(default, isCalibrated: true);

    /// <summary>Something is added.</summary>
    /// <param name="offsets">What is added to the values of each quantity.</param>
    public static Correction Of(in QuantityValues offsets) => offsets.IsEmpty ? Usual : new(offsets, isCalibrated: true);

    /// <summary>What is added to the values of a quantity.</summary>
    public double OffsetOf(Quantity quantity) => _offsets.ValueOrZero(quantity);

    /// <summary>Whether values between these two are all shown as they are with the offset: none is beyond what is shown.</summary>
    public bool IsLinear(Quantity quantity, double least, double greatest) =>
        !_isCalibrated || (least + OffsetOf(quantity) >= quantity.ShownLeast && greatest + OffsetOf(quantity) <= quantity.ShownGreatest);

    /// <summary>The value that is answered.</summary>
    public double Apply(Quantity quantity, double value) =>
        _isCalibrated ? Math.Clamp(value + OffsetOf(quantity), quantity.ShownLeast, quantity.ShownGreatest) : value;

    /// <summary>The values that are answered.</summary>
    public QuantityValues Apply(in QuantityValues values)
    {
        if (!_isCalibrated)
        {
            return values;
        }

        var corrected = values;
        foreach (var quantity in values.Quantities)
        {
            corrected.Set(quantity, Apply(quantity, values.ValueOrZero(quantity)));
        }

        return corrected;
    }

    /// <summary>Replaces values of a quantity by those that are answered. <see cref="double.NaN"/> stays.</summary>
    /// <param name="quantity">The quantity.</param>
    /// <param name="values">The values.</param>
    /// <param name="range">The least and the greatest of them; null where they are not known.</param>
    public void Apply(Quantity quantity, Span<double> values, (double Least, double Greatest)? range = null)
    {
        if (!_isCalibrated)
        {
            return;
        }

        var (offset, least, greatest) = (OffsetOf(quantity), quantity.ShownLeast, quantity.ShownGreatest);
        var (lowest, highest) = range ?? (double.NegativeInfinity, double.PositiveInfinity);
        if (IsLinear(quantity, lowest, highest))
        {
            // Most sensors are not calibrated, and none of their values is beyond what is shown.
            for (var i = 0; offset != 0 && i < values.Length; i++)
            {
                values[i] += offset;
            }

            return;
        }

        foreach (ref var value in values)
        {
            value += offset;
            value = value > greatest ? greatest : value < least ? least : value;
        }
    }
}
