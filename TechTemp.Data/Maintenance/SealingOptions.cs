using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace TechTemp.Data.Maintenance;

/// <summary>When readings are sealed.</summary>
public sealed class SealingOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Store";

    /// <summary>How often ingest looks for readings to seal, 1 s to a day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Store:SealInterval must be from 00:00:01 to 1.00:00:00.")]
    [Description("How often ingest looks for finished days, and for finished hours of days with very many readings, which it compresses.")]
    public TimeSpan SealInterval { get; set; } = TimeSpan.FromMinutes(10);
}
