using System.Globalization;
using TechTemp.Readings.Quantities;

namespace TechTemp.Readings.Rules;

/// <summary>When a reading is valid (contract, section 1). The one place for it, whatever way a reading comes in.</summary>
public static class ReadingRules
{
    /// <summary>2000-01-01T00:00:00Z, the earliest valid time (inclusive): catches clocks that were never set and clients that send seconds.</summary>
    public const long MinTs = 946_684_800_000;

    /// <summary>
    /// 2100-01-01T00:00:00Z: no clock is trusted beyond it (inclusive), unless this machine's clock says the same. A later time is no wrong clock but
    /// another unit, such as microseconds.
    /// </summary>
    public const long MaxTs = 4_102_444_800_000;

    /// <summary>How far a sensor's clock may run ahead (inclusive).</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromHours(24);

    /// <summary>Checks the time and the ranges. Values that are out of their range are taken out of the measurement; the others are stored.</summary>
    /// <param name="measurement">What was measured; afterwards what of it is valid.</param>
    /// <param name="now">Time of receipt, unix milliseconds UTC.</param>
    /// <param name="names">What the fields are called where the reading came from.</param>
    /// <param name="ofValues">Why values were taken out; null when none was, or when the whole is rejected.</param>
    /// <returns>Why the whole measurement is rejected: for its time, or because no value is left. Null when it is not.</returns>
    public static Rejection? Check(ref Measurement measurement, long now, FieldNames names, out Rejection? ofValues)
    {
        ofValues = null;
        var ts = measurement.Ts;
        if (ts < MinTs)
        {
            return new(RejectionReasons.OutOfRange, Text($"{FieldNames.Ts} must be unix milliseconds, not before 2000-01-01 ({MinTs}), was {ts}"));
        }

        var latest = now + (long)MaxAhead.TotalMilliseconds;
        if (ts > Math.Max(latest, MaxTs))
        {
            return new(RejectionReasons.OutOfRange, Text($"{FieldNames.Ts} must be unix milliseconds, not after 2100-01-01 ({MaxTs}), was {ts}"));
        }

        var refused = CheckValues(ref measurement, names);
        if (measurement.Values.IsEmpty)
        {
            return refused;
        }

        // The last rule: what breaks no other one is valid as soon as this machine's clock has caught up.
        if (ts > latest)
        {
            return new(RejectionReasons.InFuture, Text($"{FieldNames.Ts} must not be later than 24 hours from now, was {ts}"));
        }

        ofValues = refused;
        return null;
    }

    private static Rejection? CheckValues(ref Measurement measurement, FieldNames names)
    {
        var details = "";
        var valid = measurement.Values;
        foreach (var quantity in measurement.Values.Quantities)
        {
            if (measurement.Values.ValueOrZero(quantity) is var value && !quantity.IsValid(value))
            {
                details += Text($"{(details.Length > 0 ? "; " : "")}{names.Of(quantity)} must be from {quantity.Least} to {quantity.Greatest}{(quantity.Unit.Length > 0 ? " " : "")}{quantity.Unit}, was {value:R}");
                valid[quantity] = null;
            }
        }

        if (details.Length == 0)
        {
            return null;
        }

        measurement = measurement with { Values = valid };
        return new(RejectionReasons.OutOfRange, details);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What the fields of a reading are called in one format, for messages that name the field as its sender knows it.</summary>
public sealed class FieldNames
{
    /// <summary>The name of the time.</summary>
    public const string Ts = "ts";

    private readonly Func<Quantity, string> _nameOf;

    private FieldNames(Func<Quantity, string> nameOf)
    {
        _nameOf = nameOf;
        AnyQuantity = $"a quantity is required: one of {string.Join(", ", QuantityRegistry.All.Select(nameOf))}";
    }

    /// <summary>An MQTT payload's.</summary>
    public static FieldNames Mqtt { get; } = new(q => q.PayloadKey);

    /// <summary>An HTTP body's.</summary>
    public static FieldNames Http { get; } = new(q => q.Key);

    /// <summary>The rule that a reading has at least one quantity, in words.</summary>
    public string AnyQuantity { get; }

    /// <summary>The name of a quantity.</summary>
    public string Of(Quantity quantity) => _nameOf(quantity);
}
