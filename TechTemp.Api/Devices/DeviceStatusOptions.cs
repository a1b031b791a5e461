using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using TechTemp.Readings.Devices;

namespace TechTemp.Api.Devices;

/// <summary>From which age of its newest reading a device is late, and offline.</summary>
internal sealed class DeviceStatusOptions : IValidatableObject
{
    public const string Section = "DeviceStatus";

    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00", ErrorMessage = "DeviceStatus:LateAfter must be from 00:00:01 to 365.00:00:00.")]
    [Description("From which age of its newest reading a device is `late`.")]
    public TimeSpan LateAfter { get; set; } = TimeSpan.FromMinutes(15);

    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00", ErrorMessage = "DeviceStatus:OfflineAfter must be from 00:00:01 to 365.00:00:00.")]
    [Description("From which age of its newest reading a device is `offline`.")]
    public TimeSpan OfflineAfter { get; set; } = TimeSpan.FromHours(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LateAfter > OfflineAfter)
        {
            yield return new($"DeviceStatus:LateAfter must not be longer than DeviceStatus:OfflineAfter, was {LateAfter:g} and {OfflineAfter:g}: no device would ever be late.");
        }
    }

    /// <summary>The rule with these limits.</summary>
    public DeviceStatusRule ToRule() => new(LateAfter, OfflineAfter);
}
