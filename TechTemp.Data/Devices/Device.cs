using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TechTemp.Readings.Quantities;

namespace TechTemp.Data.Devices;

/// <summary>A sensor: what publishes readings under one device id.</summary>
public sealed class Device
{
    /// <summary>The label of a device that registered itself by its first reading.</summary>
    public const string AutoDiscoveredLabel = "Auto-discovered sensor";

    /// <summary>The store's own key.</summary>
    public int Id { get; set; }

    /// <summary>The device id of its topics: 1 to 50 characters of <c>[A-Za-z0-9_-]</c>, case-sensitive.</summary>
    public required string Uid { get; set; }

    /// <summary>The home it belongs to; null until provisioned with one or heard from over MQTT.</summary>
    public string? Home { get; set; }

    /// <summary>What people call it, or null.</summary>
    public string? Label { get; set; }

    /// <summary>The hardware, as people say it, or null.</summary>
    public string? Model { get; set; }

    /// <summary>Whether somebody has given it a place; false for one that registered itself.</summary>
    public bool Provisioned { get; set; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>
    /// Time of its newest reading, at most the time it was received (a sensor's clock may run ahead).
    /// Never moves backwards; null before the first reading.
    /// </summary>
    public DateTimeOffset? LastSeenAt { get; set; }

    /// <summary>The highest number of its own counter that came (<see cref="SequenceGap"/>); null when it does not count.</summary>
    public long? HighestSeq { get; set; }

    /// <summary>
    /// Before this time retention has dropped its readings; null where it has not. Whether a reading
    /// from before has come already can no longer be told, so none is taken.
    /// </summary>
    public DateTimeOffset? RawFrom { get; set; }

    /// <summary>
    /// Which quantities it has ever measured: the bits of a <see cref="TechTemp.Readings.Quantities.QuantitySet"/>. Answers about it have these columns.
    /// </summary>
    public long Measures { get; set; }

    /// <summary>The rooms it has stood in.</summary>
    public List<Placement> Placements { get; } = [];
}

internal sealed class DeviceConfiguration : IEntityTypeConfiguration<Device>
{
    public void Configure(EntityTypeBuilder<Device> builder)
    {
        builder.ToTable("devices");
        builder.HasIndex(d => d.Uid).IsUnique();
    }
}
