using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Clients.Device.Settings;

/// <summary>Where readings are kept until they are stored.</summary>
public sealed class SpoolOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Spool";

    /// <summary>The folder.</summary>
    [Required(ErrorMessage = "Spool:Folder must name a folder.")]
    [Description("The folder of the readings that are not stored yet; one device's alone. The service has `/var/lib/techtemp-device`.")]
    public string Folder { get; set; } = "spool";

    /// <summary>The most readings that are kept.</summary>
    [Range(1, 100_000_000, ErrorMessage = "Spool:MaxReadings must be from 1 to 100000000.")]
    [Description("The most readings that are kept, 36 bytes each; the oldest are dropped first. A million is nearly two years of one a minute.")]
    public int MaxReadings { get; set; } = 1_000_000;
}
