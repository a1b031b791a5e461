using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Devices;

/// <summary>Numbers of a device's counter that have not come although a higher one has.</summary>
public sealed class SequenceGap
{
    /// <summary>The device whose counter it is.</summary>
    public int DeviceId { get; set; }

    /// <summary>The lowest number missing.</summary>
    public long First { get; set; }

    /// <summary>The highest number missing, inclusive.</summary>
    public long Last { get; set; }
}

internal sealed class SequenceGapConfiguration : IEntityTypeConfiguration<SequenceGap>
{
    public void Configure(EntityTypeBuilder<SequenceGap> builder)
    {
        builder.ToTable("sequence_gaps");
        builder.HasKey(g => new { g.DeviceId, g.First });
        builder.HasOne<Device>().WithMany().HasForeignKey(g => g.DeviceId).OnDelete(DeleteBehavior.Cascade);
    }
}
