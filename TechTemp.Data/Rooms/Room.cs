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

    /// <summary>The lowest comfortable temperature, °C; null for the default.</summary>
    public double? ComfortTemperatureMin { get; set; }

    /// <summary>The highest comfortable temperature, °C; null for the default.</summary>
    public double? ComfortTemperatureMax { get; set; }

    /// <summary>The lowest comfortable relative humidity, %; null for the default.</summary>
    public double? ComfortHumidityMin { get; set; }

    /// <summary>The highest comfortable relative humidity, %; null for the default.</summary>
    public double? ComfortHumidityMax { get; set; }

    /// <summary>The four limits of comfort together; null where none is set.</summary>
    public RoomComfort? Comfort
    {
        get => new RoomComfort(ComfortTemperatureMin, ComfortTemperatureMax, ComfortHumidityMin, ComfortHumidityMax) is var comfort && comfort == RoomComfort.None ? null : comfort;
        set => (ComfortTemperatureMin, ComfortTemperatureMax, ComfortHumidityMin, ComfortHumidityMax) =
            (value?.TemperatureMin, value?.TemperatureMax, value?.HumidityMin, value?.HumidityMax);
    }
}

internal sealed class RoomConfiguration : IEntityTypeConfiguration<Room>
{
    public void Configure(EntityTypeBuilder<Room> builder)
    {
        builder.ToTable("rooms");
        builder.HasIndex(r => r.Uid).IsUnique();
        builder.Ignore(r => r.Comfort);
    }
}
