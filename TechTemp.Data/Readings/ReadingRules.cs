using System.Globalization;
using TechTemp.Data.Rejections;

namespace TechTemp.Data.Readings;

/// <summary>When a reading is valid (contract, section 1). The one place for it, whatever way a reading comes in.</summary>
public static class ReadingRules
{
    /// <summary>°C, the lowest valid temperature (inclusive).</summary>
    public const double MinTemperature = -40;

    /// <summary>°C, the highest valid temperature (inclusive).</summary>
    public const double MaxTemperature = 85;

    /// <summary>%, the lowest valid relative humidity (inclusive).</summary>
    public const double MinHumidity = 0;

    /// <summary>%, the highest valid relative humidity (inclusive).</summary>
    public const double MaxHumidity = 100;

    /// <summary>2000-01-01T00:00:00Z, the earliest valid time (inclusive): catches clocks that were never set and clients that send seconds.</summary>
    public const long MinTs = 946_684_800_000;

    /// <summary>
    /// 2100-01-01T00:00:00Z: no clock is trusted beyond it (inclusive), unless this machine's clock says the same. A later time is no wrong clock but
    /// another unit, such as microseconds.
    /// </summary>
    public const long MaxTs = 4_102_444_800_000;

    /// <summary>How far a sensor's clock may run ahead (inclusive).</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromHours(24);

    /// <summary>Checks the ranges.</summary>
    /// <param name="measurement">What was measured.</param>
    /// <param name="now">Time of receipt, unix milliseconds UTC.</param>
    /// <param name="names">What the fields are called where the reading came from.</param>
    /// <returns>Null when valid, else the first rule broken.</returns>
    public static Rejection? Check(in Measurement measurement, long now, FieldNames names)
    {
        if (measurement.Ts < MinTs)
        {
            return OutOfRange($"{names.Ts} must be unix milliseconds, not before 2000-01-01 ({MinTs}), was {measurement.Ts}");
        }

        var latest = now + (long)MaxAhead.TotalMilliseconds;
        if (measurement.Ts > Math.Max(latest, MaxTs))
        {
            return OutOfRange($"{names.Ts} must be unix milliseconds, not after 2100-01-01 ({MaxTs}), was {measurement.Ts}");
        }

        if (!(measurement.Temperature is >= MinTemperature and <= MaxTemperature))
        {
            return OutOfRange($"{names.Temperature} must be from {MinTemperature} to {MaxTemperature} °C, was {measurement.Temperature:R}");
        }

        if (!(measurement.Humidity is >= MinHumidity and <= MaxHumidity))
        {
            return OutOfRange($"{names.Humidity} must be from {MinHumidity} to {MaxHumidity} %, was {measurement.Humidity:R}");
        }

        // The last rule: what breaks no other one is valid as soon as this machine's clock has caught up.
        return measurement.Ts > latest ? new(RejectionReasons.InFuture, Text($"{names.Ts} must not be later than 24 hours from now, was {measurement.Ts}")) : null;
    }

    private static Rejection OutOfRange(FormattableString detail) =>
        new(RejectionReasons.OutOfRange, Text(detail));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What the fields of a reading are called in one format, for messages that name the field as its sender knows it.</summary>
/// <param name="Ts">Name of the time.</param>
/// <param name="Temperature">Name of the temperature.</param>
/// <param name="Humidity">Name of the humidity.</param>
public sealed record FieldNames(string Ts, string Temperature, string Humidity)
{
    /// <summary>An MQTT payload's.</summary>
    public static FieldNames Mqtt { get; } = new("ts", "temperature_c", "humidity_pct");

    /// <summary>An HTTP body's.</summary>
    public static FieldNames Http { get; } = new("ts", "temperature", "humidity");
}
