using System.Globalization;

namespace TechTemp.Faults.Books;

/// <summary>
/// One reading of a publisher. All that it says follows from the device's number and the device's counter, and both can be read
/// back from its values: a stored reading that was altered, or stands where it does not belong, shows itself.
/// </summary>
/// <param name="Device">The device's number, 1 to <see cref="MaxDevice"/>.</param>
/// <param name="Counter">The device's counter, from 1 on.</param>
internal readonly record struct Sample(int Device, long Counter)
{
    /// <summary>As far as temperatures go.</summary>
    public const int MaxDevice = 8_500;

    private const string Prefix = "fault-";

    /// <summary>The device's id.</summary>
    public string Uid => UidOf(Device);

    /// <summary>Unix milliseconds; one a second, all in the past.</summary>
    public long Ts => SampleReading.Ts + (Counter * 1_000);

    /// <summary>°C, from which the device can be told.</summary>
    public double Temperature => Device / 100.0;

    /// <summary>%, from which the counter can be told.</summary>
    public double Humidity => Counter / 1_000_000.0;

    /// <summary>ppm, from which the counter can be told; null for the devices that do not measure it.</summary>
    public double? Co2 => Device % 3 == 0 ? 400 + (Counter % 30_000) + 0.25 : null;

    /// <summary>The id of a device.</summary>
    public static string UidOf(int device) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{device}");

    /// <summary>The sample that has exactly these values; null when none has.</summary>
    public static Sample? FromValues(double? temperature, double? humidity, double? co2)
    {
        if (temperature is null || humidity is null)
        {
            return null;
        }

        var sample = new Sample((int)Math.Round(temperature.Value * 100), (long)Math.Round(humidity.Value * 1_000_000));
        return sample.Temperature == temperature && sample.Humidity == humidity && sample.Co2 == co2 ? sample : null;
    }

    /// <summary>The sample of this device and time; null when none is of it.</summary>
    public static Sample? FromKey(string uid, long ts)
    {
        var (counter, rest) = Math.DivRem(ts - SampleReading.Ts, 1_000);
        return rest == 0 && uid.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(uid[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var device)
            ? new(device, counter)
            : null;
    }

    /// <summary>The payload.</summary>
    public string Payload()
    {
        var payload = SampleReading.Payload(Ts, Temperature, Humidity);
        return Co2 is { } co2 ? string.Create(CultureInfo.InvariantCulture, $$"""{{payload[..^1]}}, "co2_ppm": {{co2:R}}}""") : payload;
    }

    /// <summary>The payload of a device that asks for end-to-end acknowledgement.</summary>
    /// <param name="seq">The device's own number of it.</param>
    /// <param name="oldest">The lowest number that the device still keeps.</param>
    public string Payload(long seq, long oldest) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{{Payload()[..^1]}}, "seq": {{seq}}, "seq_oldest": {{oldest}}}""");
}
