using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TechTemp.Data.Devices;

namespace TechTemp.Data.Readings;

/// <summary>
/// One measurement as it was received, unrounded and uncalibrated. Keyed by device and time in a WITHOUT ROWID table:
/// one b-tree in the order of every query. It has no room; the room at a moment is a join with <see cref="Placement"/>.
/// Its values, <c>temperature</c> (°C) and <c>humidity</c> (%), are not here: a column of theirs can be of two types, which EF Core
/// cannot read, and prepared SQL does.
/// </summary>
public sealed class Reading
{
    /// <summary>The device that measured.</summary>
    public int DeviceId { get; set; }

    /// <summary>Time of measurement, unix milliseconds UTC.</summary>
    public long Ts { get; set; }

    /// <summary>The way it came in.</summary>
    public ReadingSource Source { get; set; }
}

/// <summary>The way a reading came in. Stored as its number: SQLite spends no byte on 0 and 1.</summary>
public enum ReadingSource
{
    /// <summary>Published over MQTT.</summary>
    Mqtt = 0,

    /// <summary>Posted over HTTP.</summary>
    Http = 1,

    /// <summary>Made by the demo's simulated sensors.</summary>
    Simulated = 2,
}

internal sealed class ReadingConfiguration : IEntityTypeConfiguration<Reading>
{
    public void Configure(EntityTypeBuilder<Reading> builder)
    {
        builder.ToTable("readings");
        builder.HasKey(r => new { r.DeviceId, r.Ts });
        builder.HasOne<Device>().WithMany().HasForeignKey(r => r.DeviceId).OnDelete(DeleteBehavior.Cascade);
    }
}
