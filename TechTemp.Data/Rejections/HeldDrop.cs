using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Rejections;

/// <summary>How many held readings of a device had to go, because more than its quota waited, or for too long.</summary>
public sealed class HeldDrop
{
    /// <summary>The device's id.</summary>
    public required string DeviceUid { get; set; }

    /// <summary>The home that its readings named.</summary>
    public required string Home { get; set; }

    /// <summary>How many.</summary>
    public long Count { get; set; }

    /// <summary>When the last one was dropped.</summary>
    public DateTimeOffset LastAt { get; set; }
}

/// <summary>How many held readings of one device were dropped by one step.</summary>
/// <param name="DeviceUid">The device's id.</param>
/// <param name="Home">The home that its readings named.</param>
/// <param name="Count">How many.</param>
public sealed record HeldLoss(string DeviceUid, string Home, long Count);

internal sealed class HeldDropConfiguration : IEntityTypeConfiguration<HeldDrop>
{
    public void Configure(EntityTypeBuilder<HeldDrop> builder)
    {
        builder.ToTable("held_drops");
        builder.HasKey(d => new { d.DeviceUid, d.Home });
    }
}
