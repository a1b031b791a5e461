using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Devices;

/// <summary>
/// What is added to a device's readings from <see cref="From"/> until its next calibration: a reading is as it was
/// calibrated when it was measured. Readings are stored as they came; answers are calibrated, not rounded, and clamped to what is shown of the quantity.
/// </summary>
public sealed class Calibration
{
    /// <summary>The device whose readings it corrects.</summary>
    public int DeviceId { get; set; }

    /// <summary>First moment that it holds for; before a device's first calibration nothing is added.</summary>
    public DateTimeOffset From { get; set; }

    /// <summary>°C to add, −20 to 20.</summary>
    public double TemperatureOffset { get; set; }

    /// <summary>Percentage points of relative humidity to add, −50 to 50.</summary>
    public double HumidityOffset { get; set; }

    /// <summary>What to add to other quantities, as <see cref="Readings.MoreValues.Of"/> writes it; null for nothing.</summary>
    public byte[]? More { get; set; }
}

internal sealed class CalibrationConfiguration : IEntityTypeConfiguration<Calibration>
{
    public void Configure(EntityTypeBuilder<Calibration> builder)
    {
        builder.ToTable("calibrations");
        builder.Property(c => c.From).HasColumnName("from_ts");
        builder.HasKey(c => new { c.DeviceId, c.From });
        builder.HasOne<Device>().WithMany().HasForeignKey(c => c.DeviceId).OnDelete(DeleteBehavior.Cascade);
    }
}
