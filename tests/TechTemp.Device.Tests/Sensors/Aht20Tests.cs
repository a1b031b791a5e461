using System.Device.I2c;
using TechTemp.Clients.Device.Sensors;

namespace TechTemp.Clients.Device.Tests.Sensors;

/// <summary>The exchange with an AHT20, byte for byte.</summary>
public sealed class Aht20Tests
{
    // Half of 2^20 for the humidity, 0x58000 for the temperature: 50 %, 18.75 °C.
    private const string Frame = "1C80000580 00";

    private static readonly string s_frame = WithCrc(Frame);

    [Fact]
    public async Task A_calibrated_sensor_is_asked_once()
    {
        var bus = new SimulatedBus("18", s_frame);

        var climate = await MeasureAsync(bus);

        Assert.Equal(new Climate(18.75, 50), climate);
        Assert.Equal(["r 18", "w AC3300", $"r {s_frame}"], bus.Exchange);
    }

    [Fact]
    public async Task A_sensor_that_is_not_calibrated_is_initialised_first()
    {
        var bus = new SimulatedBus("10", "18", s_frame);

        await MeasureAsync(bus);

        Assert.Equal(["r 10", "w BE0800", "r 18", "w AC3300", $"r {s_frame}"], bus.Exchange);
    }

    [Fact]
    public async Task A_sensor_that_stays_uncalibrated_is_named()
    {
        var bus = new SimulatedBus("00", "00", "00", "00", "00", "00");

        var e = await Assert.ThrowsAsync<SensorException>(() => MeasureAsync(bus));

        Assert.Contains("not calibrated", e.Message, StringComparison.Ordinal);
        Assert.Equal(["r 00", "w BE0800", "r 00", "r 00", "w BE0800", "r 00", "r 00", "w BE0800", "r 00"], bus.Exchange);
        Assert.True(bus.IsClosed);
    }

    [Fact]
    public async Task A_busy_sensor_is_read_again()
    {
        var bus = new SimulatedBus("18", "98FFFFFFFFFFFF", "98FFFFFFFFFFFF", s_frame);

        Assert.Equal(new Climate(18.75, 50), await MeasureAsync(bus));

        Assert.Equal(["r 18", "w AC3300", "r 98FFFFFFFFFFFF", "r 98FFFFFFFFFFFF", $"r {s_frame}"], bus.Exchange);
    }

    [Fact]
    public async Task A_sensor_that_stays_busy_is_given_up()
    {
        // What a bus without an answer on it looks like: every bit is 1.
        var bus = new SimulatedBus([.. Enumerable.Repeat((string[])["FF", .. Enumerable.Repeat("FFFFFFFFFFFFFF", 10)], 3).SelectMany(a => a)]);

        var e = await Assert.ThrowsAsync<SensorException>(() => MeasureAsync(bus));

        Assert.Contains("busy", e.Message, StringComparison.Ordinal);
        Assert.Equal(3, bus.Exchange.Count(x => x == "w AC3300"));
    }

    [Fact]
    public async Task A_garbled_answer_is_measured_again()
    {
        var garbled = "1D" + s_frame[2..];
        var bus = new SimulatedBus("18", garbled, "18", s_frame);

        Assert.Equal(new Climate(18.75, 50), await MeasureAsync(bus));

        Assert.Equal(["r 18", "w AC3300", $"r {garbled}", "r 18", "w AC3300", $"r {s_frame}"], bus.Exchange);
    }

    [Fact]
    public async Task A_sensor_that_garbles_everything_is_never_believed()
    {
        var bus = new SimulatedBus([.. Enumerable.Repeat((string[])["18", "1C800005800000"], 3).SelectMany(a => a)]);

        var e = await Assert.ThrowsAsync<SensorException>(() => MeasureAsync(bus));

        Assert.Contains($"CRC 0x00, should be 0x{s_frame[^2..]}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_bus_is_named()
    {
        using var sensor = new Aht20(() => I2cDevice.Create(new(250, Aht20.Address)), TimeProvider.System);

        var e = await Assert.ThrowsAsync<SensorException>(() => sensor.MeasureAsync(default, TestContext.Current.CancellationToken));

        Assert.Contains("/dev/i2c-250", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sensor_that_was_unplugged_is_found_again()
    {
        var buses = new Queue<SimulatedBus>([new("error Error 121 (Remote I/O error)"), new("18", s_frame)]);
        using var sensor = new Aht20(buses.Dequeue, TimeProvider.System);

        await Assert.ThrowsAsync<SensorException>(() => sensor.MeasureAsync(default, TestContext.Current.CancellationToken));

        Assert.Equal(new Climate(18.75, 50), await sensor.MeasureAsync(default, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("1C00000333 33", -10.0, 0)]
    [InlineData("1CFFFFFACC CC", 85.0, 100)]
    [InlineData("1C00000C00 00", null, 0)]
    [InlineData("1C00000000 00", null, 0)]
    public void Values_are_20_bits_each(string frame, double? temperature, double humidity)
    {
        var bytes = Convert.FromHexString(WithCrc(frame));
        if (temperature is null)
        {
            Assert.Throws<SensorException>(() => Aht20.Decode(bytes));
            return;
        }

        var climate = Aht20.Decode(bytes);
        Assert.Equal(temperature.Value, climate.Temperature, tolerance: 0.001);
        Assert.Equal(humidity, climate.Humidity, tolerance: 0.001);
    }

    // Read from a real one by the authors of elixir-sensors/aht20, and shown in their wiki.
    [Fact]
    public void An_answer_of_a_real_sensor_is_understood()
    {
        var climate = Aht20.Decode([28, 38, 154, 118, 66, 231, 118]);

        Assert.Equal(28.267, climate.Temperature, tolerance: 0.001);
        Assert.Equal(15.079, climate.Humidity, tolerance: 0.001);
    }

    // 0xF7 is the CRC-8/NRSC-5 check value, which has this polynomial, this start and no reflection.
    [Fact]
    public void The_checksum_is_the_data_sheets() => Assert.Equal(0xF7, Aht20.Crc8("123456789"u8));

    private static string WithCrc(string frame)
    {
        var bytes = Convert.FromHexString(frame.Replace(" ", "", StringComparison.Ordinal));
        return Convert.ToHexString(bytes) + Aht20.Crc8(bytes).ToString("X2", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<Climate?> MeasureAsync(SimulatedBus bus)
    {
        using var sensor = new Aht20(() => bus, TimeProvider.System);
        return await sensor.MeasureAsync(default, TestContext.Current.CancellationToken);
    }
}
