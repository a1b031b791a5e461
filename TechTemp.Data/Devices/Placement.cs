using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TechTemp.Data.Rooms;

namespace TechTemp.Data.Devices;

/// <summary>
/// A device standing in a room for the half-open interval from <see cref="From"/> up to, not including, <see cref="To"/>.
/// The placements of one device never overlap; at most one of them, the newest, is open.
/// </summary>
public sealed class Placement
{
    /// <summary>The store's own key.</summary>
    public int Id { get; set; }

    /// <summary>The device that stands there.</summary>
    public int DeviceId { get; set; }

    /// <summary>The room it stands in.</summary>
    public int RoomId { get; set; }

    /// <summary>The room it stands in.</summary>
    public Room? Room { get; set; }

    /// <summary>First moment in the room.</summary>
    public DateTimeOffset From { get; set; }

    /// <summary>First moment no longer in the room; null while it stands there.</summary>
    public DateTimeOffset? To { get; set; }
}

internal sealed class PlacementConfiguration : IEntityTypeConfiguration<Placement>
{
    public void Configure(EntityTypeBuilder<Placement> builder)
    {
        builder.ToTable("placements");
        builder.Property(p => p.From).HasColumnName("from_ts");
        builder.Property(p => p.To).HasColumnName("to_ts");
        builder.HasIndex(p => new { p.DeviceId, p.From }).IsUnique();
        // Two open ones would make the device two rows wherever it is looked up with its room.
        builder.HasIndex(p => p.DeviceId, "IX_placements_open").IsUnique().HasFilter("to_ts IS NULL");
        builder.HasIndex(p => p.RoomId);
        builder.HasOne<Device>().WithMany(d => d.Placements).HasForeignKey(p => p.DeviceId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(p => p.Room).WithMany().HasForeignKey(p => p.RoomId).OnDelete(DeleteBehavior.Restrict);
    }
}
