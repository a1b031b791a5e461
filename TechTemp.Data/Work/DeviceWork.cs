using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TechTemp.Data.Devices;

namespace TechTemp.Data.Work;

/// <summary>What work in steps does with a device. The store keeps the numbers.</summary>
internal enum WorkKind
{
    /// <summary>Stores the readings that were held for it.</summary>
    Replay = 1,

    /// <summary>Removes its readings of an interval.</summary>
    Removal = 2,

    /// <summary>Deletes it with all of its readings.</summary>
    Deletion = 3,
}

/// <summary>
/// Work on a device that takes many transactions: begun, and not finished. It stands in the store so that any process can finish it when the process that began it has ended.
/// It goes with its device.
/// </summary>
public sealed class DeviceWork
{
    /// <summary>The device.</summary>
    public int DeviceId { get; set; }

    /// <summary>What is done: 1 for storing held readings, 2 for removing readings, 3 for deleting the device.</summary>
    public int Kind { get; set; }

    /// <summary>The first time of the readings to be removed, unix milliseconds UTC; 0 for other work.</summary>
    public long From { get; set; }

    /// <summary>The last time, inclusive; 0 for other work.</summary>
    public long To { get; set; }

    /// <summary>Random, and chosen by the process that does it: another one has taken the work over when this is not the same any more.</summary>
    public required string Owner { get; set; }

    /// <summary>When its process has done a step, by the store's clock, unix milliseconds UTC; 0 when any process may take it.</summary>
    public long SeenAt { get; set; }
}

internal sealed class DeviceWorkConfiguration : IEntityTypeConfiguration<DeviceWork>
{
    public void Configure(EntityTypeBuilder<DeviceWork> builder)
    {
        builder.ToTable("device_work");
        builder.HasKey(w => new { w.DeviceId, w.Kind, w.From, w.To });
        builder.Property(w => w.From).HasColumnName("from_ts");
        builder.Property(w => w.To).HasColumnName("to_ts");
        builder.HasOne<Device>().WithMany().HasForeignKey(w => w.DeviceId).OnDelete(DeleteBehavior.Cascade);
    }
}
