using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TechTemp.Data.Workers;

/// <summary>One of several workers that ingest into this store. It stays registered until it is retired: its session at the broker may hold readings.</summary>
public sealed class IngestWorker
{
    /// <summary>Its configured name.</summary>
    public required string Worker { get; set; }

    /// <summary>When it registered first, by the store's clock. The order decides who is the first worker.</summary>
    public long Registered { get; set; }

    /// <summary>When it was last connected to the broker, by the store's clock, unix milliseconds UTC.</summary>
    public long SeenAt { get; set; }

    /// <summary>The homes that it is configured for, separated by spaces; null when the store assigns them.</summary>
    public string? Homes { get; set; }

    /// <summary>Whether it is to leave: its homes go to others, and its session ends.</summary>
    public bool IsRetired { get; set; }
}

internal sealed class IngestWorkerConfiguration : IEntityTypeConfiguration<IngestWorker>
{
    public void Configure(EntityTypeBuilder<IngestWorker> builder)
    {
        builder.ToTable("ingest_workers");
        builder.HasKey(w => w.Worker);
    }
}
