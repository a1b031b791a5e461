using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Clients.Device.Settings;

/// <summary>Which device this is, and how it measures.</summary>
public sealed class DeviceOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Device";

    /// <summary>The device's id.</summary>
    [Required(ErrorMessage = "Device:Id must name this device, such as living-room.")]
    [RegularExpression(Ids.Pattern, ErrorMessage = "Device:Id must be 1 to 50 characters of A-Z, a-z, 0-9, _ and -.")]
    [Description("The device's id, 1 to 50 characters of `A-Z`, `a-z`, `0-9`, `_` and `-`. Also its user name at the broker, where it has an account of its own.")]
    public string? Id { get; set; }

    /// <summary>The home that it belongs to.</summary>
    [Required(ErrorMessage = "Device:Home must name the home that this device belongs to.")]
    [RegularExpression(Ids.Pattern, ErrorMessage = "Device:Home must be 1 to 50 characters of A-Z, a-z, 0-9, _ and -.")]
    [Description("The home that it belongs to, of the same characters.")]
    public string Home { get; set; } = "home1";

    /// <summary>How often it measures: on the grid of the clock.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Device:Every must be from 00:00:01 to 1.00:00:00.")]
    [Description("How often it measures (`hh:mm:ss`), on the grid of the clock: each minute at :00.")]
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Added to each temperature, K.</summary>
    [Range(-20.0, 20.0, ErrorMessage = "Device:TemperatureOffset must be from -20 to 20 (K).")]
    [Description("Added to each temperature, in K: what the warmth of the Pi adds, with a minus.")]
    public double TemperatureOffset { get; set; }

    /// <summary>Added to each humidity, percentage points.</summary>
    [Range(-50.0, 50.0, ErrorMessage = "Device:HumidityOffset must be from -50 to 50 (percentage points).")]
    [Description("Added to each relative humidity, in percentage points.")]
    public double HumidityOffset { get; set; }

    /// <summary>Whose word lets go of a reading.</summary>
    [EnumDataType(typeof(Acknowledgement), ErrorMessage = "Device:AcknowledgedBy must be Store or Broker.")]
    [Description("Whose word lets go of a reading: `Store`, by `acked_seq` in the device's state; or `Broker`, by its PUBACK, for servers that know no `acked_seq` and accounts that may not read the state.")]
    public Acknowledgement AcknowledgedBy { get; set; } = Acknowledgement.Store;

    /// <summary>After which silence what is not acknowledged is sent again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Device:ResendAfter must be from 00:00:01 to 01:00:00.")]
    [Description("After which silence what is not acknowledged is sent again; twice as long each time, at most an hour.")]
    public TimeSpan ResendAfter { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Whose word lets go of a reading.</summary>
public enum Acknowledgement
{
    /// <summary>The state's <c>acked_seq</c>: the reading is on the server's disk.</summary>
    Store,

    /// <summary>The broker's PUBACK.</summary>
    Broker,
}

/// <summary>What an id is (contract, section 1).</summary>
internal static class Ids
{
    public const string Pattern = @"\A[A-Za-z0-9_-]{1,50}\z";
}
