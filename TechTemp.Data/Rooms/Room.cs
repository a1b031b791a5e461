using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Rooms;

/// <summary>A place that sensors stand in.</summary>
public sealed class Room
{
    /// <summary>The store's own key.</summary>
    public int Id { get; set; }

    /// <summary>The key that clients use: 1 to 50 characters of <c>[A-Za-z0-9_-]</c>, never changed.</summary>
    public required string Uid { get; set; }

    /// <summary>What people call it; any script, 1 to 100 characters.</summary>
    public required string Name { get; set; }

    /// <summary>The floor it is on, as people say it, or null.</summary>
    public string? Floor { get; set; }

    /// <summary>The side of the building it is on, as people say it, or null.</summary>
    public string? Side { get; set; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed class RoomConfiguration : IEntityTypeConfiguration<Room>
{
    public void Configure(EntityTypeBuilder<Room> builder)
    {
        builder.ToTable("rooms");
        builder.HasIndex(r => r.Uid).IsUnique();
    }
}
