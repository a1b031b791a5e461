using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TechTemp.Clients.Device.Sensors;

namespace TechTemp.Clients.Device.Settings;

/// <summary>Where the AHT20 is.</summary>
public sealed class SensorOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Sensor";

    /// <summary>The number of the I2C bus.</summary>
    [Range(0, 255, ErrorMessage = "Sensor:Bus must be the number of an I2C bus, 0 to 255: 1 for /dev/i2c-1.")]
    [Description("The number of the I2C bus: 1 for `/dev/i2c-1`, which is on the pins of a Raspberry Pi.")]
    public int Bus { get; set; } = 1;

    /// <summary>The address on the bus.</summary>
    [Range(0x08, 0x77, ErrorMessage = "Sensor:Address must be an I2C address from 8 to 119: 56 (0x38) for an AHT20.")]
    [Description("The sensor's address on the bus. An AHT20 has 56 (0x38); another one needs a translator.")]
    public int Address { get; set; } = Aht20.Address;
}
