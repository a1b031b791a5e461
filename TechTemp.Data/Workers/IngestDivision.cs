using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Workers;

/// <summary>How several workers divide the homes: which of them decides, and takes the homes that nobody else has.</summary>
public sealed class IngestDivision
{
    /// <summary>There is at most one row, 1.</summary>
    public int Id { get; set; } = 1;

    /// <summary>The first worker; null when there is none.</summary>
    public string? First { get; set; }

    /// <summary>Rises with each connection of the first worker to the broker.</summary>
    public long Connection { get; set; }

    /// <summary>The newest Subscription Identifier (MQTT 5, section 3.8.2.1.2) of the first worker's subscription. It never repeats.</summary>
    public long Subscription { get; set; }
}

internal sealed class IngestDivisionConfiguration : IEntityTypeConfiguration<IngestDivision>
{
    public void Configure(EntityTypeBuilder<IngestDivision> builder)
    {
        builder.ToTable("ingest_division");
        builder.Property(d => d.Id).ValueGeneratedNever();
        builder.Property(d => d.First).HasColumnName("first_worker");
    }
}
