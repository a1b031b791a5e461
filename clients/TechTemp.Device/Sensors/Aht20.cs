using System.Device.I2c;

namespace TechTemp.Clients.Device.Sensors;

/// <summary>
/// The AHT20 on an I2C bus, as its data sheet says (ASAIR, "AHT20 Product manuals", sections 5 and 6; where its versions differ on the bits of an
/// answer, sensors go by 1.0). One measurement:
/// <code>
/// read 1 byte                      status: bit 7 busy, bit 3 calibrated
/// write BE 08 00, wait 10 ms       only when it is not calibrated
/// write AC 33 00, wait 80 ms       measure
/// read 7 bytes                     status, humidity 20 bits, temperature 20 bits, CRC-8 of the six bytes before
/// </code>
/// <c>1C 80 00 05 80 00 A7</c>: idle and calibrated, 0x80000 / 2^20 = 50 % RH, 0x58000 / 2^20 · 200 − 50 = 18.75 °C.
/// </summary>
/// <param name="open">Opens the bus; called again after whatever failed.</param>
/// <param name="time">The clock of the waits.</param>
public sealed class Aht20(Func<I2cDevice> open, TimeProvider time) : ISensor, IDisposable
{
    /// <summary>Its one address on the bus (data sheet, section 5.3).</summary>
    public const int Address = 0x38;

    private const byte Busy = 0x80;
    private const byte Calibrated = 0x08;
    private const int FrameLength = 7;
    private const int BusyReads = 10;

    // An answer that was garbled on the wire is asked for again; a sensor that garbles three has a fault.
    private const int Attempts = 3;

    // Section 5.4: 40 ms (100 ms in version 1.1) after power-on, 10 ms for the initialisation, 80 ms for a measurement.
    private static readonly TimeSpan s_powerOn = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_initialise = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_measure = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan s_stillBusy = TimeSpan.FromMilliseconds(10);

    private I2cDevice? _bus;

    private static ReadOnlySpan<byte> InitialiseCommand => [0xBE, 0x08, 0x00];

    private static ReadOnlySpan<byte> MeasureCommand => [0xAC, 0x33, 0x00];

    /// <inheritdoc />
    public async Task<Climate?> MeasureAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await MeasureOnceAsync(cancellationToken);
            }
            catch (SensorException) when (attempt < Attempts && _bus is not null)
            {
                // Measured again.
            }
            catch (SensorException)
            {
                Dispose();
                throw;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
            {
                // The bus is not there, or nobody answers at the address.
                Dispose();
                throw new SensorException($"the I2C bus says: {e.Message}", e);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _bus?.Dispose();
        _bus = null;
    }

    private async Task<Climate> MeasureOnceAsync(CancellationToken cancellationToken)
    {
        if (_bus is null)
        {
            _bus = open();
            await Task.Delay(s_powerOn, time, cancellationToken);
        }

        await CalibrateAsync(_bus, cancellationToken);
        _bus.Write(MeasureCommand);
        await Task.Delay(s_measure, time, cancellationToken);
        var frame = new byte[FrameLength];
        for (var reads = 1; ; reads++)
        {
            _bus.Read(frame);
            if ((frame[0] & Busy) == 0)
            {
                return Decode(frame);
            }

            if (reads == BusyReads)
            {
                throw new SensorException($"the AHT20 is still busy after {BusyReads} reads");
            }

            await Task.Delay(s_stillBusy, time, cancellationToken);
        }
    }

    private async Task CalibrateAsync(I2cDevice bus, CancellationToken cancellationToken)
    {
        if ((Status(bus) & Calibrated) != 0)
        {
            return;
        }

        bus.Write(InitialiseCommand);
        await Task.Delay(s_initialise, time, cancellationToken);
        var status = Status(bus);
        if ((status & Calibrated) == 0)
        {
            throw new SensorException($"the AHT20 is not calibrated after its initialisation (status 0x{status:X2})");
        }
    }

    private static byte Status(I2cDevice bus)
    {
        Span<byte> status = stackalloc byte[1];
        bus.Read(status);
        return status[0];
    }

    /// <summary>Reads the seven bytes of an answer (data sheet, sections 5.4 and 6).</summary>
    /// <exception cref="SensorException">The checksum is wrong, or the values are out of what the sensor can measure.</exception>
    internal static Climate Decode(ReadOnlySpan<byte> frame)
    {
        var crc = Crc8(frame[..6]);
        if (crc != frame[6])
        {
            throw new SensorException($"the AHT20's answer was garbled (CRC 0x{frame[6]:X2}, should be 0x{crc:X2})");
        }

        var humidity = (frame[1] << 12) | (frame[2] << 4) | (frame[3] >> 4);
        var temperature = ((frame[3] & 0x0F) << 16) | (frame[4] << 8) | frame[5];
        const double Full = 1 << 20;
        var climate = new Climate((temperature / Full * 200) - 50, humidity / Full * 100);
        // Section 1: it measures from −40 to 85 °C; −50 °C is what an answer of zeros would say.
        return climate.Temperature is >= -40 and <= 85
            ? climate
            : throw new SensorException(FormattableString.Invariant($"the AHT20 tells of {climate.Temperature:0.##} °C, which it cannot measure"));
    }

    /// <summary>CRC-8 with the polynomial 0x31 (x^8 + x^5 + x^4 + 1), begun with 0xFF, not reflected (data sheet, section 5.4).</summary>
    internal static byte Crc8(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFF;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x80) != 0 ? (crc << 1) ^ 0x31 : crc << 1;
            }
        }

        return (byte)crc;
    }
}
